package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.dp
import io.fieldkeep.Severity
import io.fieldkeep.demo.Merging
import io.fieldkeep.demo.ReviewRow
import io.fieldkeep.demo.ReviewsModel
import io.fieldkeep.demo.Sides
import io.fieldkeep.demo.StatusLine

/** The questions that only a person can answer. */
@Composable
fun ReviewsScreen(model: ReviewsModel, onBack: () -> Unit) {
    val rows by model.rows.collectAsState()
    Frame(title = "Reviews", onBack = onBack) { inner ->
        if (rows?.isEmpty() == true) {
            Nothing("Nothing needs your review.", Modifier.padding(inner))
            return@Frame
        }
        LazyColumn(
            Modifier.padding(inner),
            contentPadding = PaddingValues(start = Space.two, end = Space.two, bottom = Space.two),
            verticalArrangement = Arrangement.spacedBy(Space.two),
        ) {
            items(rows.orEmpty(), key = { it.review.id.text }) { row -> Question(row, model) }
        }
    }
}

@Composable
private fun Question(row: ReviewRow, model: ReviewsModel) {
    Sheet {
        Text(row.title, style = MaterialTheme.typography.titleMedium, fontWeight = FontWeight.SemiBold)
        Text(row.question)
        row.messages.forEach { Text(it, color = MaterialTheme.colorScheme.error) }
        row.sides?.let { SidesOf(it) }
        row.notice?.let { StatusText(StatusLine(it, Severity.BANNER), Modifier.fillMaxWidth().testTag("notice")) }
        val merging = row.merging
        if (merging == null) Answers(row, model) else Merge(row, merging, model)
    }
}

@Composable
private fun SidesOf(sides: Sides) {
    val colours = MaterialTheme.colorScheme
    Side("Yours", "", sides.mine, colours.primaryContainer)
    Side("Theirs", sides.theirsFrom, sides.theirs, colours.surfaceContainerHigh)
    Side("Before", "", sides.base, Color.Transparent)
}

@Composable
private fun Side(whose: String, from: String, value: String, colour: Color) {
    Surface(Modifier.fillMaxWidth(), color = colour, shape = RoundedCornerShape(8.dp)) {
        Column(Modifier.padding(Space.one)) {
            Row(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
                Text(whose, style = MaterialTheme.typography.labelLarge, fontWeight = FontWeight.Bold)
                Text(from, style = MaterialTheme.typography.labelLarge, fontWeight = FontWeight.Normal)
            }
            Text(value, style = MaterialTheme.typography.bodyLarge)
        }
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Answers(row: ReviewRow, model: ReviewsModel) {
    FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
        Button(onClick = { model.mine(row) }) { Text(row.mineLabel) }
        OutlinedButton(onClick = { model.theirs(row) }) { Text(row.theirsLabel) }
        if (row.canMerge) TextButton(onClick = { model.merge(row) }) { Text("Merge") }
    }
}

@Composable
private fun Merge(row: ReviewRow, merging: Merging, model: ReviewsModel) {
    when (merging) {
        is Merging.Typed ->
            TypedField(merging.text, {
                model.typeMerged(row, it)
            }, row.review.label, Modifier.testTag("merged"), lines = 2)

        is Merging.Chosen ->
            Choices(merging.choices, merging.chosen, { it.label }, { model.chooseMerged(row, it) })
    }
    Row(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
        Button(onClick = { model.saveMerged(row) }) { Text("Use this") }
        TextButton(onClick = { model.cancelMerge(row) }) { Text("Cancel") }
    }
}
