//! Cooling and air.

use super::{Trade, asset, fault, measure, piece, service};

pub(super) const COOLING: Trade = Trade {
    tag: "cooling",
    assets: &[
        asset("Cold room", "CR"),
        asset("Chiller", "CH"),
        asset("Display cooler", "DC"),
        asset("Walk-in freezer", "WF"),
        asset("Rooftop unit", "RU"),
        asset("Server room cooler", "SC"),
    ],
    jobs: &[
        fault(
            "temperature too high",
            "{machine} has been six degrees above its set point since last night.",
            "Condenser is packed with fluff, high pressure cut-out has tripped.",
            "Condenser washed, cut-out reset, set point reached after an hour.",
        ),
        fault(
            "compressor cycles too often",
            "The compressor of {machine} starts every two minutes.",
            "Low pressure switch is set too tight, slight loss of refrigerant.",
            "Leak at the flare nut sealed, charge corrected, switch set.",
        ),
        fault(
            "evaporator iced up",
            "{machine} blows hardly any air, there is ice behind the grille.",
            "Defrost heater has no current, one element is open.",
            "Heater replaced, defrosted by hand, next defrost cycle seen.",
        ),
        fault(
            "refrigerant leak",
            "The gas warning of {machine} went off, the customer aired the room.",
            "Pinhole in the suction line where it rubs on the bracket.",
            "Section soldered in, pressure test 24 bar held, evacuated, filled, log updated.",
        ),
        fault(
            "fan noise",
            "A fan of {machine} rattles; the neighbours have complained.",
            "Fan blade is cracked, motor mount loose.",
            "Fan and rubber mounts replaced, quiet at full speed.",
        ),
        fault(
            "condensate drain blocked",
            "Water runs out under {machine} and across the floor.",
            "Trap full of slime, drain heater is dead.",
            "Drain flushed, heater replaced, tray dry after the test.",
        ),
        fault(
            "controller shows E07",
            "{machine} shows E07 and runs in emergency mode.",
            "Room sensor reads -40 °C, cable pinched.",
            "Sensor replaced and cable led anew, controller in normal mode.",
        ),
        fault(
            "does not defrost",
            "{machine} has not defrosted for two days according to the log.",
            "Clock of the controller stood still after the power cut.",
            "Clock battery replaced, schedule entered again.",
        ),
        service(
            "leak check",
            "Leak check of {machine} required by law is due.",
            "No leak found at 3 g a year, two caps missing.",
            "Checked all joints, caps added, entry in the log made.",
        ),
        service(
            "clean and service",
            "Cleaning and service of {machine} before the warm season.",
            "Dirty but healthy, superheat 7 K.",
            "Coils cleaned, filters replaced, values noted.",
        ),
    ],
    spares: &[
        piece("Defrost heater 800 W", "DH-800-230", 6_390),
        piece("Evaporator fan 200 mm", "EF-200-EC", 9_870),
        piece("Filter drier 10 mm", "FD-083-10", 1_765),
        piece("Room sensor NTC 3 m", "RS-NTC-3", 1_290),
        piece("Low pressure switch", "PS-LP-KP1", 5_840),
        piece("Drain heater 3 m", "DH-3-40W", 2_310),
        piece("Expansion valve insert 02", "EX-TE2-02", 2_980),
        piece("Air filter G4 592x592", "AF-G4-592", 1_185),
        measure("Refrigerant R448A, kg", "RF-448A", 4_350),
        measure("Copper tube 10 mm, m", "CU-10-1", 690),
        measure("Pipe insulation 19 mm, m", "PI-19-10", 415),
    ],
    reading: ("Suction superheat", "K", 52..=84),
};
