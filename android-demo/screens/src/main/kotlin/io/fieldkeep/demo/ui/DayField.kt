package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.material3.DatePicker
import androidx.compose.material3.DatePickerDialog
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.rememberDatePickerState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.util.Locale

/** A calendar day that may be empty. */
@Composable
fun DayField(day: LocalDate?, onChange: (LocalDate?) -> Unit, enabled: Boolean = true) {
    var picks by rememberSaveable { mutableStateOf(false) }
    Row(verticalAlignment = Alignment.CenterVertically, horizontalArrangement = Arrangement.spacedBy(Space.one)) {
        OutlinedButton(onClick = { picks = true }, Modifier.testTag("close_date"), enabled) {
            Text(day?.format(DAY) ?: "Choose a day")
        }
        TextButton(onClick = { onChange(LocalDate.now()) }, enabled = enabled) { Text("Today") }
        if (day != null) TextButton(onClick = { onChange(null) }, enabled = enabled) { Text("Clear") }
    }
    if (picks) DayPicker(day, { picks = false }, onChange)
}

/** The picker of Material counts days in UTC. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun DayPicker(day: LocalDate?, onClose: () -> Unit, onChange: (LocalDate?) -> Unit) {
    val start = (day ?: LocalDate.now()).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli()
    val picker = rememberDatePickerState(initialSelectedDateMillis = start)
    DatePickerDialog(
        onDismissRequest = onClose,
        confirmButton = {
            TextButton(
                onClick = {
                    onChange(picker.selectedDateMillis?.let(::dayOf))
                    onClose()
                },
            ) { Text("OK") }
        },
        dismissButton = { TextButton(onClick = onClose) { Text("Cancel") } },
    ) {
        DatePicker(picker)
    }
}

private fun dayOf(utcMs: Long): LocalDate = Instant.ofEpochMilli(utcMs).atZone(ZoneOffset.UTC).toLocalDate()

private val DAY = DateTimeFormatter.ofPattern("EEE d MMM yyyy", Locale.ENGLISH)
