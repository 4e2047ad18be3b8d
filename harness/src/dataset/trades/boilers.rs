//! Boilers and heating.

use super::{Trade, asset, fault, measure, piece, service};

pub(super) const BOILERS: Trade = Trade {
    tag: "boiler",
    assets: &[
        asset("Gas boiler", "GB"),
        asset("Condensing boiler", "CB"),
        asset("Steam boiler", "SB"),
        asset("Backup boiler", "RB"),
        asset("Hot water boiler", "HB"),
    ],
    jobs: &[
        fault(
            "burner locks out",
            "{machine} goes into lockout every morning; reset helps for an hour.",
            "Ignition electrode is burnt back and the gap is twice what it should be.",
            "New electrode set to 4 mm, ten starts in a row without lockout.",
        ),
        fault(
            "flame signal weak",
            "Display of {machine} shows a weak flame signal.",
            "Ionisation current 1.1 µA; the rod has a white coating.",
            "Replaced the rod, current 6.4 µA at full load.",
        ),
        fault(
            "no hot water",
            "No hot water in the whole building since early morning, {machine} is cold.",
            "Three-way valve is stuck in heating position.",
            "Freed the valve, replaced its motor, hot water is back.",
        ),
        fault(
            "loses pressure",
            "{machine} must be topped up every second day.",
            "Expansion vessel has lost its charge, safety valve drips.",
            "Vessel and safety valve replaced, filled to 1.8 bar, tight.",
        ),
        fault(
            "flue gas too hot",
            "The chimney sweep measured flue gas above the limit on {machine}.",
            "Heat exchanger is sooted, air intake partly covered.",
            "Cleaned the exchanger, set the mixture, flue gas is within the limit.",
        ),
        fault(
            "kettling noise",
            "{machine} rumbles and bangs while heating up.",
            "Lime in the exchanger, flow far below nominal.",
            "Descaled, filter cleaned, water treated; no noise at 70 °C.",
        ),
        fault(
            "fan error F54",
            "{machine} stops with F54 on its display.",
            "Fan does not reach its speed, plug of the sensor is loose.",
            "Fan cleaned and plug secured, error did not return.",
        ),
        fault(
            "smell of gas at the valve",
            "The caretaker smelled gas at {machine} and has closed the main valve.",
            "Leak at the union of the gas valve, 40 ppm by the detector.",
            "New gasket, tightness test passed, opened the main valve with the caretaker.",
        ),
        service(
            "service before winter",
            "Service of {machine} before the heating season, with measurement.",
            "Burner clean, condensate trap half full of sludge.",
            "Serviced by the list, all values noted, trap cleaned.",
        ),
        service(
            "safety valve test",
            "Test of the safety valve of {machine} is due.",
            "Valve lifts at 2.9 bar as set.",
            "Tested twice, sealed, protocol left in the folder.",
        ),
    ],
    spares: &[
        piece("Ignition electrode", "IE-2-150", 3_215),
        piece("Ionisation rod", "IR-1-120", 2_760),
        piece("Safety valve 3 bar DN 20", "SV-30-20", 2_390),
        piece("Expansion vessel 35 l", "EV-35-3", 7_850),
        piece("Three-way valve motor", "VM-3W-230", 11_940),
        piece("Gas valve gasket set", "GG-SET-04", 890),
        piece("Flue gas sensor", "TS-FG-10K", 3_480),
        piece("Burner door seal", "BD-S-410", 2_645),
        piece("Condensate trap", "CT-HT-40", 1_930),
        measure("Descaler, l", "CL-DESC-5", 1_245),
    ],
    reading: ("Flow temperature", "°C", 580..=740),
};
