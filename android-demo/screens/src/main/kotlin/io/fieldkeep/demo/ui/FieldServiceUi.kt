package io.fieldkeep.demo.ui

import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import androidx.compose.ui.Modifier
import io.fieldkeep.demo.AppState
import io.fieldkeep.demo.FieldServiceApp
import io.fieldkeep.demo.Navigation
import io.fieldkeep.demo.Place
import io.fieldkeep.demo.Session

/** The whole app. It may be drawn, dropped and drawn again: what matters lives in [app]. */
@Composable
fun FieldServiceUi(app: FieldServiceApp) {
    val state by app.state.collectAsState()
    when (val now = state) {
        is AppState.Working -> Work(now.session)

        is AppState.SetUp -> Themed {
            SetUpScreen(now.problem) { server, user, token -> app.setUp(server, user, token) }
        }

        is AppState.Stuck -> Themed { Nothing(now.words) }

        is AppState.Damaged -> Themed { DamagedScreen(now.keptAt) { app.startAgain() } }

        is AppState.Opening -> Themed {}
    }
}

@Composable
private fun Themed(isDark: Boolean = false, content: @Composable () -> Unit) = FieldServiceTheme(isDark) {
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.background, content = content)
}

@Composable
private fun Work(session: Session) {
    val isDark by session.darkTheme.collectAsState()
    val way by session.navigation.way.collectAsState()
    val messages by session.messages.collectAsState()
    val places = rememberSaveableStateHolder()
    Themed(isDark) {
        // Scroll positions of places below the top one are kept, until the place is left.
        places.SaveableStateProvider(way.last().model.number) { PlaceOf(way.last(), session.navigation) }
        messages.firstOrNull()?.let { Message(it, session::forgetMessage) }
    }
    val known = remember { mutableSetOf<Long>() }
    LaunchedEffect(way) {
        val open = way.mapTo(mutableSetOf()) { it.model.number }
        (known - open).forEach(places::removeState)
        known.clear()
        known += open
    }
}

@Composable
private fun PlaceOf(place: Place, navigation: Navigation) {
    val back: () -> Unit = { navigation.back() }
    when (place) {
        is Place.Jobs -> JobListScreen(place.model, navigation)
        is Place.Job -> JobScreen(place.model, back)
        is Place.JobForm -> JobFormScreen(place.model)
        is Place.Outbox -> OutboxScreen(place.model, back)
        is Place.Reviews -> ReviewsScreen(place.model, back)
        is Place.Settings -> SettingsScreen(place.model, back)
    }
}
