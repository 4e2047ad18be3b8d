//! Pumps.

use super::{Trade, asset, fault, measure, piece, service};

pub(super) const PUMPS: Trade = Trade {
    tag: "pump",
    assets: &[
        asset("Circulation pump", "CP"),
        asset("Booster pump", "BP"),
        asset("Condensate pump", "KP"),
        asset("Sump pump", "SP"),
        asset("Feed pump", "FP"),
        asset("Well pump", "WP"),
    ],
    jobs: &[
        fault(
            "shaft seal leaks",
            "Water drips from {machine} and has made a puddle under the base frame.",
            "Seal faces are worn and the spring is stuck; the shaft is fine.",
            "Replaced the mechanical seal, aligned the coupling, no drip during the test run.",
        ),
        fault(
            "bearing noise",
            "{machine} grinds loudly, most of all when it starts.",
            "Drive-end bearing has play and the grease is black.",
            "Replaced both bearings and greased them; runs quietly.",
        ),
        fault(
            "no flow",
            "{machine} runs but nothing comes out on the upper floors.",
            "Impeller was blocked by a piece of gasket; strainer full of rust.",
            "Cleared the impeller, cleaned the strainer, bled the line.",
        ),
        fault(
            "motor protection trips",
            "The breaker of {machine} trips a few minutes after each start.",
            "Phase L2 draws 30 % more than the others; winding is damp.",
            "Dried the motor, replaced the cable gland, currents are even again.",
        ),
        fault(
            "vibration above limit",
            "Monitoring reports vibration on {machine} over the alarm limit.",
            "Coupling insert is crumbled and two foundation bolts are loose.",
            "New coupling insert, bolts tightened, aligned with laser.",
        ),
        fault(
            "pressure drops at night",
            "Pressure behind {machine} falls every night and returns by morning.",
            "Non-return valve does not close; water runs back when the pump stops.",
            "Replaced the non-return valve, pressure held for an hour.",
        ),
        fault(
            "dry-run alarm",
            "{machine} stops with a dry-run alarm although the tank is full.",
            "Level probe is covered with lime and reports empty.",
            "Cleaned the probe and renewed its cable, alarm cleared.",
        ),
        fault(
            "does not start by itself",
            "{machine} runs by hand only; automatic mode does nothing.",
            "Float switch contact stays open, cable chafed at the edge of the pit.",
            "New float switch, cable led through a hose, three automatic starts seen.",
        ),
        service(
            "yearly service",
            "Yearly service of {machine} according to contract.",
            "Condition good, slight wear at the coupling.",
            "Greased, cleaned, checked alignment and currents, sticker renewed.",
        ),
        service(
            "replace frequency converter",
            "The converter of {machine} is out of support and shall be replaced.",
            "Old parameters read out; fan of the old unit stands still.",
            "Converter replaced, parameters set, ramp tested from 20 to 50 Hz.",
        ),
    ],
    spares: &[
        piece("Mechanical seal 32 mm", "MS-32-SIC", 8_490),
        piece("Mechanical seal 45 mm", "MS-45-SIC", 12_650),
        piece("Ball bearing 6306-2RS", "BB-6306-2RS", 1_895),
        piece("Coupling insert 28", "CI-28-98SH", 1_440),
        piece("Non-return valve DN 50", "NRV-050-BR", 6_725),
        piece("Float switch 10 m", "FS-10-PVC", 3_980),
        piece("Level probe", "LP-4-20-05", 21_900),
        piece("Flat gasket DN 50", "FG-050-EP", 215),
        piece("Pressure gauge 0-10 bar", "PG-10-63", 1_760),
        measure("Bearing grease, kg", "GR-LGMT2", 2_480),
    ],
    reading: ("Outlet pressure", "bar", 28..=62),
};
