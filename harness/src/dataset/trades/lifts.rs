//! Lifts.

use super::{Trade, asset, fault, measure, piece, service};

pub(super) const LIFTS: Trade = Trade {
    tag: "lift",
    assets: &[
        asset("Passenger lift", "L"),
        asset("Goods lift", "G"),
        asset("Bed lift", "B"),
        asset("Car lift", "C"),
        asset("Service lift", "S"),
    ],
    jobs: &[
        fault(
            "door does not close",
            "The door of {machine} closes halfway and opens again, on floor 2 most of all.",
            "A stone in the sill and a worn door shoe.",
            "Sill cleaned, shoes replaced, thirty cycles on each floor without fault.",
        ),
        fault(
            "stops between floors",
            "{machine} stood between floors twice this week; nobody was locked in for long.",
            "Door contact on floor 3 bounces, contact bridge is burnt.",
            "Contact and bridge replaced, safety chain measured.",
        ),
        fault(
            "levels 3 cm too low",
            "{machine} stops too low on the ground floor, wheelchairs get stuck.",
            "Levelling switch has moved, rope stretch is within limits.",
            "Switch set, level within 4 mm on all floors, loaded and empty.",
        ),
        fault(
            "emergency call silent",
            "The monthly test call of {machine} did not arrive at the control room.",
            "Battery of the call unit is flat, phone line is fine.",
            "Battery replaced, two test calls confirmed by the control room.",
        ),
        fault(
            "car light flickers",
            "The light in {machine} flickers and was off for an hour yesterday.",
            "Driver of the ceiling panel fails when warm.",
            "New driver, emergency light tested for an hour.",
        ),
        fault(
            "door sensor fault",
            "{machine} reports a fault of the door sensor; doors stay open.",
            "Light curtain is scratched in the lower third.",
            "Light curtain replaced and set, obstruction test passed.",
        ),
        fault(
            "overload without load",
            "{machine} shows overload although it is empty.",
            "Load cell has drifted after the floor was renewed.",
            "Load cell calibrated with test weights at 0 and 100 %.",
        ),
        fault(
            "jerks when starting",
            "Passengers complain that {machine} jerks when starting upward.",
            "Brake opens late, air gap too large.",
            "Brake set, start ramp checked, smooth in both directions.",
        ),
        service(
            "yearly safety test",
            "Yearly safety test of {machine} together with the inspector.",
            "No fault of safety, pit light is broken.",
            "Test passed, lamp replaced, sticker renewed until next year.",
        ),
        service(
            "rope inspection",
            "Inspection of the ropes of {machine} is due.",
            "Two broken wires over one lay length, diameter is fine.",
            "Ropes cleaned, tension evened, next inspection in six months.",
        ),
    ],
    spares: &[
        piece("Door shoe pair", "DS-2-NY", 1_890),
        piece("Door contact with bridge", "DC-AZ06", 4_670),
        piece("Light curtain 2000 mm", "LC-2000-154", 38_900),
        piece("Call unit battery 12 V", "BT-12-7AH", 3_450),
        piece("Levelling switch", "LS-MAG-2", 5_180),
        piece("LED driver 24 V", "LD-24-60", 2_990),
        piece("Brake lining set", "BL-D280", 16_400),
        piece("Push button with ring", "PB-R30-BL", 2_275),
        piece("Guide shoe insert", "GI-16-PU", 1_120),
        measure("Guide rail oil, l", "OL-RAIL-68", 940),
    ],
    reading: ("Levelling error", "mm", 20..=60),
};
