package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier

/** One of a few: each a chip that is large enough for a thumb. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
fun <T> Choices(
    all: List<T>,
    chosen: T?,
    label: (T) -> String,
    onChoose: (T) -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
) {
    FlowRow(modifier, horizontalArrangement = Arrangement.spacedBy(Space.one)) {
        all.forEach { choice ->
            FilterChip(
                selected = choice == chosen,
                onClick = { onChoose(choice) },
                label = { Text(label(choice)) },
                enabled = enabled,
            )
        }
    }
}
