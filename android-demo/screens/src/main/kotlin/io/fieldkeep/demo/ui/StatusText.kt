package io.fieldkeep.demo.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import io.fieldkeep.Severity
import io.fieldkeep.demo.StatusLine

/** What the core says in the tone of its severity: muted, amber or red. All of it is read aloud together. */
@Composable
fun StatusText(line: StatusLine, modifier: Modifier = Modifier) {
    val tone = LocalTones.current.of(line.severity)
    val box = if (line.severity == Severity.QUIET) {
        Modifier
    } else {
        Modifier.clip(RoundedCornerShape(8.dp)).background(tone.background)
            .padding(horizontal = Space.one, vertical = Space.half)
    }
    if (line.more.isEmpty()) {
        Text(line.text, modifier.then(box), color = tone.content, style = MaterialTheme.typography.bodyMedium)
        return
    }
    Column(
        modifier.then(box).semantics(mergeDescendants = true) {},
        verticalArrangement = Arrangement.spacedBy(Space.half),
    ) {
        Text(line.text, color = tone.content, style = MaterialTheme.typography.bodyMedium)
        line.more.forEach { Text(it, color = tone.content, style = MaterialTheme.typography.bodySmall) }
    }
}
