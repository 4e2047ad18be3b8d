package io.fieldkeep.demo.ui

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.unit.dp
import io.fieldkeep.Severity

/** Distances, in steps of a grid of 8. */
object Space {
    val half = 4.dp
    val one = 8.dp
    val two = 16.dp
    val three = 24.dp
}

/** Background and text of a status line. */
@Immutable
data class Tone(val background: Color, val content: Color)

/** How loudly a status line is drawn. */
@Immutable
data class Tones(val quiet: Tone, val banner: Tone, val blocking: Tone) {
    fun of(severity: Severity): Tone = when (severity) {
        Severity.QUIET -> quiet
        Severity.BANNER -> banner
        Severity.BLOCKING -> blocking
    }
}

/** The tones of the theme around. */
val LocalTones = staticCompositionLocalOf { LIGHT_TONES }

/** Material 3 with one accent, a deep teal; amber and red are kept for what the status lines say. */
@Composable
fun FieldServiceTheme(isDark: Boolean, content: @Composable () -> Unit) {
    CompositionLocalProvider(LocalTones provides if (isDark) DARK_TONES else LIGHT_TONES) {
        MaterialTheme(colorScheme = if (isDark) DARK else LIGHT, content = content)
    }
}

private val LIGHT_TONES = Tones(
    quiet = Tone(Color.Transparent, Color(0xFF55625F)),
    banner = Tone(Color(0xFFFFECC7), Color(0xFF5A3D00)),
    blocking = Tone(Color(0xFFFFDAD5), Color(0xFF73110A)),
)

private val DARK_TONES = Tones(
    quiet = Tone(Color.Transparent, Color(0xFFB0BDB9)),
    banner = Tone(Color(0xFF4A3500), Color(0xFFFFDF9E)),
    blocking = Tone(Color(0xFF5F130C), Color(0xFFFFDAD5)),
)

private val LIGHT = lightColorScheme(
    primary = Color(0xFF00675E),
    onPrimary = Color.White,
    primaryContainer = Color(0xFFC4EBE4),
    onPrimaryContainer = Color(0xFF00201C),
    secondary = Color(0xFF47625D),
    onSecondary = Color.White,
    secondaryContainer = Color(0xFFD3E8E3),
    onSecondaryContainer = Color(0xFF0A1F1B),
    tertiary = Color(0xFF00675E),
    background = Color(0xFFF4F8F6),
    onBackground = Color(0xFF171D1B),
    surface = Color(0xFFF4F8F6),
    onSurface = Color(0xFF171D1B),
    surfaceVariant = Color(0xFFDCE5E2),
    onSurfaceVariant = Color(0xFF424B48),
    surfaceTint = Color(0xFF00675E),
    surfaceContainerLowest = Color.White,
    surfaceContainerLow = Color.White,
    surfaceContainer = Color(0xFFEBF1EF),
    surfaceContainerHigh = Color(0xFFE5ECE9),
    surfaceContainerHighest = Color.White,
    outline = Color(0xFF6D7976),
    outlineVariant = Color(0xFFC5CFCB),
    error = Color(0xFFAE2A1E),
    onError = Color.White,
)

private val DARK = darkColorScheme(
    primary = Color(0xFF7FD6C9),
    onPrimary = Color(0xFF003731),
    primaryContainer = Color(0xFF005048),
    onPrimaryContainer = Color(0xFFC4EBE4),
    secondary = Color(0xFFB1CCC6),
    onSecondary = Color(0xFF1C352F),
    secondaryContainer = Color(0xFF2D4A44),
    onSecondaryContainer = Color(0xFFD3E8E3),
    tertiary = Color(0xFF7FD6C9),
    background = Color(0xFF0F1514),
    onBackground = Color(0xFFDDE4E1),
    surface = Color(0xFF0F1514),
    onSurface = Color(0xFFDDE4E1),
    surfaceVariant = Color(0xFF3C4745),
    onSurfaceVariant = Color(0xFFBCC8C4),
    surfaceTint = Color(0xFF7FD6C9),
    surfaceContainerLowest = Color(0xFF0A100F),
    surfaceContainerLow = Color(0xFF19211F),
    surfaceContainer = Color(0xFF1B2422),
    surfaceContainerHigh = Color(0xFF252F2D),
    surfaceContainerHighest = Color(0xFF1B2422),
    outline = Color(0xFF87938F),
    outlineVariant = Color(0xFF3C4745),
    error = Color(0xFFFFB4A9),
    onError = Color(0xFF690004),
)
