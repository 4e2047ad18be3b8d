package io.fieldkeep.demo.desktop

import io.fieldkeep.demo.AppState
import io.fieldkeep.demo.FieldServiceApp
import io.fieldkeep.demo.Session
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first

/** The work on the screen; an error before it is open. */
fun FieldServiceApp.session(): Session = (state.value as AppState.Working).session

/** Sets up user ana against a site and waits until the work is on the screen. */
suspend fun FieldServiceApp.setUpAt(site: DemoSite): Session {
    setUp(site.url, "ana", site.token("ana"))
    return state.filterIsInstance<AppState.Working>().first().session
}
