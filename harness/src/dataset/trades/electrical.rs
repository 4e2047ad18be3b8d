//! Electrical installations.

use super::{Trade, asset, fault, measure, piece, service};

pub(super) const ELECTRICAL: Trade = Trade {
    tag: "electrical",
    assets: &[
        asset("Distribution board", "DB"),
        asset("Sub-main panel", "SM"),
        asset("Emergency lighting", "EL"),
        asset("Charging point", "EV"),
        asset("Outdoor lighting", "OL"),
        asset("Power supply cabinet", "PC"),
    ],
    jobs: &[
        fault(
            "RCD trips in the rain",
            "The RCD of {machine} trips whenever it rains hard.",
            "Water in a junction box outside, 0.3 MΩ on that circuit.",
            "Box and glands replaced, 180 MΩ, RCD time 22 ms.",
        ),
        fault(
            "breaker gets hot",
            "A breaker in {machine} is too hot to touch.",
            "Terminal was loose, insulation of the wire is brown.",
            "Wire shortened, breaker replaced, 31 °C after an hour under load.",
        ),
        fault(
            "no power after storm",
            "{machine} has been dead since the storm on Sunday.",
            "Surge arrester has gone and taken the pre-fuse with it.",
            "Arrester and fuses replaced, all three phases present.",
        ),
        fault(
            "one phase missing",
            "Half of what hangs on {machine} does not work.",
            "Fuse of L3 blown, contact spring is weak.",
            "Fuse base renewed, load spread over the phases.",
        ),
        fault(
            "contactor hums",
            "{machine} hums loudly when it switches on in the evening.",
            "Pole faces of the contactor are rusty.",
            "Contactor replaced, switching heard and measured.",
        ),
        fault(
            "meter reading implausible",
            "The energy meter of {machine} counts backwards at times.",
            "Current transformers of L1 and L2 are swapped.",
            "Wiring corrected, reading matches the clamp within 1 %.",
        ),
        fault(
            "timer runs an hour late",
            "{machine} switches an hour late since the clocks changed.",
            "Timer has no summer time rule, battery is low.",
            "New astro timer set to the place, two switchings seen.",
        ),
        fault(
            "communication lost",
            "{machine} has been offline in the portal since Friday.",
            "Network cable chewed through below the floor.",
            "Cable replaced in metal conduit, online for 30 min.",
        ),
        service(
            "periodic inspection",
            "Periodic inspection of {machine} with measurement and protocol.",
            "Labels missing on four circuits, measurements are good.",
            "Inspected, labels added, protocol signed.",
        ),
        service(
            "thermal scan",
            "Thermal scan of {machine} under load, asked for by the insurer.",
            "One terminal 18 K above its neighbours.",
            "Terminal tightened and scanned again, even now.",
        ),
    ],
    spares: &[
        piece("Breaker B16 1P", "MCB-B16-1", 415),
        piece("Breaker C32 3P", "MCB-C32-3", 2_860),
        piece("RCD 40 A 30 mA type A", "RCD-40-30A", 4_290),
        piece("Surge arrester type 2", "SPD-T2-275", 11_450),
        piece("Contactor 25 A 230 V", "KM-25-230", 3_175),
        piece("Astro timer 2 channels", "AT-2-DIN", 9_640),
        piece("Junction box IP66", "JB-66-110", 735),
        piece("Emergency luminaire 3 h", "EM-3H-LED", 8_320),
        piece("Fuse NH00 63 A", "NH00-063", 545),
        measure("Cable 5x2.5, m", "NYM-5X25", 248),
        measure("Conduit 25 mm, m", "CD-25-ST", 365),
    ],
    reading: ("Load current", "A", 45..=285),
};
