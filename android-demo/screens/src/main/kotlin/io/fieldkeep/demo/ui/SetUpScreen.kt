package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.testTag

/** The first start: who works here, and against which server. */
@Composable
fun SetUpScreen(problem: String?, onStart: (server: String, user: String, token: String) -> Unit) {
    var server by rememberSaveable { mutableStateOf("") }
    var user by rememberSaveable { mutableStateOf("") }
    var token by rememberSaveable { mutableStateOf("") }
    Frame(title = "Welcome", onBack = null) { inner ->
        Column(
            Modifier.padding(inner).padding(Space.two),
            verticalArrangement = Arrangement.spacedBy(Space.two),
        ) {
            TypedField(server, { server = it }, "Server", Modifier.testTag("server"))
            TypedField(user, { user = it }, "User", Modifier.testTag("user"))
            TypedField(token, { token = it }, "Token", Modifier.testTag("token"))
            problem?.let { Text(it, color = MaterialTheme.colorScheme.error) }
            Button(onClick = { onStart(server, user, token) }, Modifier.fillMaxWidth()) { Text("Start") }
        }
    }
}
