//! Processor time of this process.

use crate::Fault;

/// Processor time that this process has used so far, in milliseconds, to ten: what others do on the machine is not in it.
pub(crate) fn cpu_ms() -> Result<f64, Fault> {
    const MS_PER_TICK: f64 = 10.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name, in brackets, may have blanks. After it: the state, ten numbers, then user and system time.
    let (_, rest) = stat.rsplit_once(')').ok_or("the system does not say how much time this took")?;
    let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks * MS_PER_TICK)
}
