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
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.unit.dp
import io.fieldkeep.demo.JobListModel
import io.fieldkeep.demo.JobListState
import io.fieldkeep.demo.JobRow
import io.fieldkeep.demo.Navigation

/** The jobs by due date, with the sentence of the device above them. */
@Composable
fun JobListScreen(model: JobListModel, navigation: Navigation) {
    val state by model.state.collectAsState()
    Frame(
        title = "Jobs",
        onBack = null,
        actions = {
            Counted(AppIcons.outbox, "Outbox", state.waiting, navigation::openOutbox)
            Counted(AppIcons.reviews, "Reviews", state.reviews, navigation::openReviews)
            IconButton(onClick = navigation::openSettings) { Icon(AppIcons.settings, "Settings") }
        },
    ) { inner ->
        JobList(state, inner, model::openJob, model::showAll, model::showMore)
    }
}

/** The list itself, for a given state. */
@Composable
fun JobList(
    state: JobListState,
    inner: PaddingValues,
    onOpen: (JobRow) -> Unit,
    onShowAll: (Boolean) -> Unit,
    onShowMore: () -> Unit,
) {
    Column(Modifier.padding(inner)) {
        state.headline?.let { line ->
            StatusText(
                line,
                Modifier.fillMaxWidth().padding(
                    horizontal = Space.two,
                ).padding(bottom = Space.half).testTag("headline"),
            )
        }
        Choices(
            all = listOf(false, true),
            chosen = state.showsAll,
            label = { all -> if (all) "All" else "To do" },
            onChoose = onShowAll,
            modifier = Modifier.padding(horizontal = Space.two),
        )
        val jobs = state.jobs
        if (jobs != null && jobs.isEmpty()) {
            Nothing("No jobs here. New ones come with the next sync.")
        } else {
            LazyColumn(
                contentPadding = PaddingValues(
                    start = Space.two,
                    end = Space.two,
                    top = Space.half,
                    bottom = Space.two,
                ),
                verticalArrangement = Arrangement.spacedBy(Space.one),
            ) {
                items(jobs.orEmpty(), key = { it.id.record.text }) { job -> JobCard(job) { onOpen(job) } }
                if (state.hasMore) {
                    item { TextButton(onClick = onShowMore) { Text("Show more") } }
                }
            }
        }
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun JobCard(job: JobRow, onOpen: () -> Unit) {
    Card(
        onClick = onOpen,
        modifier = Modifier.fillMaxWidth(),
        colors = CardDefaults.cardColors(MaterialTheme.colorScheme.surfaceContainerLow),
    ) {
        Column(Modifier.padding(Space.two), verticalArrangement = Arrangement.spacedBy(Space.half)) {
            Text(job.title, style = MaterialTheme.typography.titleMedium, fontWeight = FontWeight.SemiBold)
            Muted(job.customer)
            FlowRow(
                horizontalArrangement = Arrangement.spacedBy(Space.one),
                verticalArrangement = Arrangement.spacedBy(Space.half),
            ) {
                StatusLabel(job.status)
                if (job.isUrgent) StatusLabel("Urgent")
                job.due?.let { Muted(if (job.isOverdue) "was due $it" else "due $it") }
            }
            StatusText(job.line)
        }
    }
}

@Composable
private fun Muted(words: String) = Text(
    words,
    style = MaterialTheme.typography.bodyMedium,
    color = MaterialTheme.colorScheme.onSurfaceVariant,
)

/** The status of a job, as a label. */
@Composable
fun StatusLabel(status: String) {
    Surface(color = MaterialTheme.colorScheme.secondaryContainer, shape = RoundedCornerShape(8.dp)) {
        Text(
            status,
            Modifier.padding(horizontal = Space.one, vertical = 2.dp),
            style = MaterialTheme.typography.labelMedium,
        )
    }
}

/** An icon with a count beside it; both are read aloud together. */
@Composable
private fun Counted(icon: ImageVector, name: String, count: Int, onClick: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    Surface(
        onClick = onClick,
        modifier = Modifier.padding(Space.half).semantics {
            contentDescription =
                if (count == 0) name else "$name, $count"
        },
        shape = CircleShape,
        color = if (count == 0) Color.Transparent else colours.primaryContainer,
        contentColor = if (count == 0) colours.onSurfaceVariant else colours.onPrimaryContainer,
    ) {
        Row(
            Modifier.padding(Space.one),
            verticalAlignment = Alignment.CenterVertically,
            horizontalArrangement = Arrangement.spacedBy(Space.half),
        ) {
            Icon(icon, contentDescription = null)
            if (count > 0) Text("$count", style = MaterialTheme.typography.labelLarge)
        }
    }
}
