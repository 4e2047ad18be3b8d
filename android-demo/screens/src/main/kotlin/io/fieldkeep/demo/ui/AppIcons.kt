package io.fieldkeep.demo.ui

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.PathBuilder
import androidx.compose.ui.graphics.vector.path
import androidx.compose.ui.unit.dp

/** The app's few icons: plain strokes on a grid of 24. */
object AppIcons {
    /** An arrow to the left. */
    val back = strokes("back") {
        moveTo(20f, 12f)
        horizontalLineTo(5f)
        moveTo(11f, 6f)
        lineTo(5f, 12f)
        lineTo(11f, 18f)
    }

    /** A tray that something leaves. */
    val outbox = strokes("outbox") {
        moveTo(4f, 14f)
        verticalLineTo(20f)
        horizontalLineTo(20f)
        verticalLineTo(14f)
        moveTo(12f, 15f)
        verticalLineTo(4f)
        moveTo(8f, 8f)
        lineTo(12f, 4f)
        lineTo(16f, 8f)
    }

    /** Two sides. */
    val reviews = strokes("reviews") {
        moveTo(4f, 8f)
        horizontalLineTo(19f)
        moveTo(15f, 4f)
        lineTo(19f, 8f)
        lineTo(15f, 12f)
        moveTo(20f, 16f)
        horizontalLineTo(5f)
        moveTo(9f, 12f)
        lineTo(5f, 16f)
        lineTo(9f, 20f)
    }

    /** Sliders. */
    val settings = strokes("settings") {
        for ((y, knob) in listOf(6f to 15f, 12f to 8f, 18f to 13f)) {
            moveTo(4f, y)
            horizontalLineTo(20f)
            moveTo(knob, y - 2f)
            verticalLineTo(y + 2f)
        }
    }

    private fun strokes(name: String, draw: PathBuilder.() -> Unit): ImageVector =
        ImageVector.Builder(name, 24.dp, 24.dp, 24f, 24f).path(
            stroke = SolidColor(Color.Black),
            strokeLineWidth = 2f,
            strokeLineCap = StrokeCap.Round,
            strokeLineJoin = StrokeJoin.Round,
            pathBuilder = draw,
        ).build()
}
