package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.KeyboardType

/** A text field over a model that answers a moment later: what is typed shows at once and is never set back by an echo. */
@Composable
fun TypedField(
    value: String,
    onType: (String) -> Unit,
    label: String,
    modifier: Modifier = Modifier,
    problem: String? = null,
    keyboard: KeyboardType = KeyboardType.Text,
    lines: Int = 1,
    enabled: Boolean = true,
) {
    val typing = remember { Typing(value) }
    // While it takes no input, what was typed too late is not there either.
    LaunchedEffect(value, enabled) { if (enabled) typing.follow(value) else typing.show(value) }
    OutlinedTextField(
        value = typing.text,
        onValueChange = {
            typing.type(it)
            onType(it)
        },
        modifier = modifier.fillMaxWidth(),
        enabled = enabled,
        label = { Text(label) },
        isError = problem != null,
        supportingText = problem?.let { { Text(it) } },
        keyboardOptions = KeyboardOptions(keyboardType = keyboard),
        singleLine = lines == 1,
        minLines = lines,
    )
}

/** What stands in a field while the model catches up. */
private class Typing(start: String) {
    var text by mutableStateOf(start)
        private set

    /** What was told to the model and has not come back yet. */
    private val onTheWay = mutableSetOf<String>()

    fun type(new: String) {
        text = new
        onTheWay += new
    }

    /** The model says something: its echo of what was typed changes nothing, a value of its own does. */
    fun follow(value: String) {
        if (value == text || value !in onTheWay) show(value)
    }

    /** This and nothing else. */
    fun show(value: String) {
        text = value
        onTheWay.clear()
    }
}
