package io.fieldkeep.demo.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.unit.dp
import io.fieldkeep.Severity
import io.fieldkeep.demo.StatusLine

/** One sentence of the core in the tone of its severity: muted, amber or red. */
@Composable
fun StatusText(line: StatusLine, modifier: Modifier = Modifier) {
    val tone = LocalTones.current.of(line.severity)
    val box = if (line.severity == Severity.QUIET) {
        Modifier
    } else {
        Modifier.clip(RoundedCornerShape(8.dp)).background(tone.background)
            .padding(horizontal = Space.one, vertical = Space.half)
    }
    Text(line.text, modifier.then(box), color = tone.content, style = MaterialTheme.typography.bodyMedium)
}
