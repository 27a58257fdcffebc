//! The table that is printed: times, and moteur's as ratios to the others'.

/// A workload and each engine's time in milliseconds, in the order of the engines' names.
pub type Row = (&'static str, Vec<f64>);

/// Prints one line per workload and the geometric means.
pub fn print(names: &[&str], rows: &[Row]) {
    let others: Vec<&str> = names.iter().copied().filter(|name| *name != "moteur").collect();
    let ratios =
        |rows: &[Row]| -> String { others.iter().map(|name| cell(17, geomean(names, rows, "moteur", name))).collect() };
    let times = names.iter().map(|name| format!("{name:>10}")).collect::<String>();
    let headings = others.iter().map(|name| format!("{:>17}", format!("moteur/{name}"))).collect::<String>();
    println!("{:8}{times}{headings}   (milliseconds, medians)", "");
    for row in rows {
        let times = row.1.iter().map(|time| cell(10, *time)).collect::<String>();
        println!("{:8}{times}{}", row.0, ratios(std::slice::from_ref(row)));
    }
    println!("{:8}{:width$}{}", "geomean", "", ratios(rows), width = names.len() * 10);
}

fn cell(width: usize, number: f64) -> String {
    if number.is_nan() { format!("{:>width$}", "-") } else { format!("{number:>width$.2}") }
}

/// The geometric mean of one engine's times as parts of another's, over the workloads that both can run.
pub fn geomean(names: &[&str], rows: &[Row], of: &str, to: &str) -> f64 {
    let at = |wanted| names.iter().position(|name| *name == wanted);
    let (Some(of), Some(to)) = (at(of), at(to)) else { return f64::NAN };
    let logs = rows.iter().map(|(_, medians)| (medians[of] / medians[to]).ln()).filter(|log| log.is_finite());
    let (count, sum) = logs.fold((0.0, 0.0), |(count, sum), log| (count + 1.0, sum + log));
    (sum / count).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_geometric() {
        let rows = [("a", vec![8.0, 2.0]), ("b", vec![9.0, 1.0])];
        assert!((geomean(&["x", "y"], &rows, "x", "y") - 6.0).abs() < 1e-9);
        assert!(geomean(&["x", "y"], &rows, "x", "z").is_nan());
    }
}
