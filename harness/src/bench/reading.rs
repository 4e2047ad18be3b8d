//! One record after the other, and a long page.

use fieldkeep::Query;
use fieldkeep_harness::stopwatch::{ms, now, quantile};
use serde_json::{Value, json};

use crate::Fault;
use crate::phone::{PAGE, Phone};
use crate::processor::cpu_ms;

/// Pages read; the first ones only warm up.
const PAGES: usize = 25;
const WARM_PAGES: usize = 10;

/// Reads `count` records one by one, once to warm up and once to measure, and then pages of a thousand.
pub(crate) fn measure(phone: &Phone, count: usize) -> Result<Value, Fault> {
    phone.go_offline()?;
    let ids: Vec<_> = phone.work_orders(PAGE as usize)?.into_iter().map(|record| record.id).collect();
    let read_all = || {
        for &id in ids.iter().cycle().take(count) {
            phone.keep.get(id)?.ok_or("a record is gone")?;
        }
        Ok::<_, Fault>(())
    };
    read_all()?;
    let (begun, begun_cpu_ms) = (now(), cpu_ms()?);
    read_all()?;
    let (one_by_one, one_by_one_cpu_ms) = (begun.elapsed(), cpu_ms()? - begun_cpu_ms);
    let query = Query { limit: PAGE, ..Query::all("work_order") };
    let mut pages_ms = Vec::with_capacity(PAGES);
    let mut warm_cpu_ms = 0.0;
    for number in 0..PAGES {
        if number == WARM_PAGES {
            warm_cpu_ms = cpu_ms()?;
        }
        let begun = now();
        let page = phone.keep.find(&query)?;
        pages_ms.push(ms(begun.elapsed()));
        if page.records.len() != PAGE as usize {
            return Err("the page is not full".into());
        }
    }
    let pages_cpu_ms = cpu_ms()? - warm_cpu_ms;
    let (calls, pages) = (u32::try_from(count)?, u32::try_from(PAGES - WARM_PAGES)?);
    Ok(json!({
        "language": "Rust", "measure": "get",
        "us_per_call": ms(one_by_one) * 1e3 / f64::from(calls),
        "cpu_us_per_call": one_by_one_cpu_ms * 1e3 / f64::from(calls),
        "page_ms": quantile(&pages_ms[WARM_PAGES..], 0.5), "page_cpu_ms": pages_cpu_ms / f64::from(pages),
    }))
}
