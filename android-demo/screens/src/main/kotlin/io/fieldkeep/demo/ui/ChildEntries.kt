package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.text.input.KeyboardType
import io.fieldkeep.demo.NoteForm
import io.fieldkeep.demo.PartForm

/** Where a note is written. */
@Composable
fun NoteEntry(form: NoteForm) {
    val note by form.state.collectAsState()
    val isFree = !note.isAdding
    TypedField(note.text, form::write, "New note", Modifier.testTag("note"), note.problem, lines = 2, enabled = isFree)
    OutlinedButton(onClick = form::add, enabled = isFree && note.text.isNotBlank()) { Text("Add note") }
}

/** Where a part is noted. */
@Composable
fun PartEntry(form: PartForm) {
    val part by form.state.collectAsState()
    val isFree = !part.isAdding
    TypedField(part.name, form::name, "New part", Modifier.testTag("part"), part.problem, enabled = isFree)
    Row(horizontalArrangement = Arrangement.spacedBy(Space.one)) {
        TypedField(part.partNumber, form::partNumber, "Part number", Modifier.weight(1f), enabled = isFree)
        TypedField(
            part.quantity,
            form::quantity,
            "Quantity",
            Modifier.weight(1f),
            keyboard = KeyboardType.Decimal,
            enabled = isFree,
        )
    }
    OutlinedButton(onClick = form::add, enabled = isFree && part.name.isNotBlank()) { Text("Add part") }
}
