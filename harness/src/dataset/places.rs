//! Cities with a place on earth and a range of phone numbers that rings nowhere.

/// A city with customers.
pub(super) struct City {
    /// As on an address.
    pub(super) name: &'static str,
    /// Which names its customers bear.
    pub(super) country: Country,
    /// Degrees north of its centre, in ten-millionths.
    pub(super) latitude: i64,
    /// Degrees east of its centre, in ten-millionths.
    pub(super) longitude: i64,
    /// The digits that all its numbers begin with.
    pub(super) phone_prefix: &'static str,
}

/// Whose names and numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Country {
    /// Three digits follow the prefix.
    Germany,
    /// Two digits follow the prefix.
    UnitedStates,
}

const fn german(name: &'static str, latitude: i64, longitude: i64, phone_prefix: &'static str) -> City {
    City { name, country: Country::Germany, latitude, longitude, phone_prefix }
}

const fn american(name: &'static str, latitude: i64, longitude: i64, phone_prefix: &'static str) -> City {
    City { name, country: Country::UnitedStates, latitude, longitude, phone_prefix }
}

/// German ranges are the ones the Bundesnetzagentur keeps free for films and books; +1 555 01xx is the American one.
/// Towns without a range of their own use the next large one, as branch offices do.
pub(super) const CITIES: &[City] = &[
    german("Berlin", 525_200_000, 134_050_000, "+493023125"),
    german("Potsdam", 523_906_000, 130_645_000, "+493023125"),
    german("Hamburg", 535_511_000, 99_937_000, "+494066969"),
    german("Lüneburg", 532_464_000, 104_115_000, "+494066969"),
    german("Frankfurt am Main", 501_109_000, 86_821_000, "+496990009"),
    german("Offenbach", 501_055_000, 87_761_000, "+496990009"),
    german("Köln", 509_375_000, 69_603_000, "+492214710"),
    german("Bergisch Gladbach", 509_923_000, 71_286_000, "+492214710"),
    german("München", 481_351_000, 115_820_000, "+498999998"),
    german("Freising", 484_029_000, 117_441_000, "+498999998"),
    american("Portland", 455_152_000, -1_226_784_000, "+150355501"),
    american("Duluth", 467_867_000, -921_005_000, "+121855501"),
    american("Boise", 436_150_000, -1_162_023_000, "+120855501"),
    american("Dayton", 397_589_000, -841_916_000, "+193755501"),
    american("Asheville", 355_951_000, -825_515_000, "+182855501"),
    american("Burlington", 444_759_000, -732_121_000, "+180255501"),
];
