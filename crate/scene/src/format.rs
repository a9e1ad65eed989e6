//! How values are written for people. The full-precision value is always in the page's table.

use protocol::Unit;

/// A measured value: three significant digits (never fewer than the digits before the point), as `3.58e-02` outside
/// [0.01, 10,000).
pub fn number(v: f64) -> String {
    if !v.is_finite() {
        return "not finite".to_owned();
    }
    let size = v.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(0.01..10_000.0).contains(&size) {
        return scientific(v);
    }
    let whole_digits = size.log10().floor() as i32 + 1;
    let decimals = usize::try_from(3 - whole_digits).unwrap_or(0);
    with_separators(&format!("{v:.decimals$}"))
}

/// A value of a measured quantity, as its unit wants it.
pub fn in_unit(unit: Unit, v: f64) -> String {
    match unit {
        Unit::Share => percent(v),
        Unit::Branches => format!("{v:.1}"),
        Unit::Norm | Unit::Energy | Unit::Ratio | Unit::Cosine | Unit::Decades | Unit::Nats | Unit::Blocks => number(v),
    }
}

/// What part one norm is of another, always as a factor: `32×`, `1.0×`, `0.40×`, `0.012×`, below that `3.7·10⁻⁸×`; two
/// significant digits. `None` if there is no such part: a norm is not finite, or the whole is 0.
pub fn ratio(part: f64, whole: f64) -> Option<String> {
    let quotient = part / whole;
    if !quotient.is_finite() || whole <= 0.0 || part < 0.0 {
        return None;
    }
    Some(if quotient == 0.0 { "0".to_owned() } else { format!("{}×", two_digits(quotient)) })
}

/// What part of something a positive value is, for those who read no exponents: `1/26,000,000`, `1`, `11×`.
pub fn part(v: f64) -> String {
    match v {
        v if v < 0.995 => format!("1/{}", two_digits(1.0 / v).trim_end_matches(".0")),
        v if v < 1.05 => "1".to_owned(),
        v => two_digits(v) + "×",
    }
}

/// A share in [0, 1] as `63 %`.
pub fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.0} %", share * 100.0) } else { "not finite".to_owned() }
}

/// A count with thousands separators: `67,906`.
pub fn thousands(n: u64) -> String {
    with_separators(&n.to_string())
}

/// A setting as it was written: `0.05`, `0`, `0.9`, `5e-5`; six significant digits at most.
pub fn setting(v: f64) -> String {
    if !v.is_finite() || v == 0.0 {
        return number(v);
    }
    // Rust writes the shortest text that reads back as this value.
    let rounded = format!("{v:.5e}").parse().unwrap_or(v);
    if (1e-4..1e7).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") }
}

/// Two significant digits; `3.7·10⁻⁸` and `3.1·10¹²` where zeros are no longer counted by anyone.
fn two_digits(v: f64) -> String {
    if !(0.00995..1e9).contains(&v) {
        let text = format!("{v:.1e}");
        let Some((mantissa, power)) = text.split_once('e') else { return text };
        return format!("{mantissa}·10{}", superscript(power));
    }
    let decimals = [0.0995, 0.995, 9.95].into_iter().filter(|end| v < *end).count();
    if decimals > 0 {
        return format!("{v:.decimals$}");
    }
    let unit = 10f64.powi(v.log10().floor() as i32 - 1);
    with_separators(&format!("{:.0}", (v / unit).round() * unit))
}

/// The digits of an exponent as they are written over the line.
fn superscript(digits: &str) -> String {
    let raised = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(u32::from(digit) - u32::from('4') + u32::from('⁴')).unwrap_or(digit),
        _ => '⁰',
    };
    digits.chars().map(raised).collect()
}

fn scientific(v: f64) -> String {
    exponent(v, 2)
}

/// Two digits at least in the exponent, `3.58e-02`: Rust writes `3.58e-2`.
fn exponent(v: f64, decimals: usize) -> String {
    let text = format!("{v:.decimals$e}");
    let Some((mantissa, power)) = text.split_once('e') else { return text };
    let (sign, digits) = power.strip_prefix('-').map_or(("+", power), |digits| ("-", digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

fn with_separators(text: &str) -> String {
    let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (0.0, "0"),
            (1.0, "1.00"),
            (-1.176, "-1.18"),
            (0.0358, "0.0358"),
            (0.01, "0.0100"),
            (0.009_994, "9.99e-03"),
            (63.44, "63.4"),
            (999.6, "1,000"),
            (1234.4, "1,234"),
            (9999.9, "10,000"),
            (10_000.0, "1.00e+04"),
            (3.58e-10, "3.58e-10"),
            (1e-38, "1.00e-38"),
            (9e-39, "9.00e-39"),
            (5.7e-47, "5.70e-47"),
            (1e300, "1.00e+300"),
            (f64::NAN, "not finite"),
            (f64::NEG_INFINITY, "not finite"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text, "{value:e}");
        }
    }

    #[test]
    fn zero_is_zero_in_every_unit() {
        for unit in [Unit::Norm, Unit::Energy, Unit::Ratio, Unit::Cosine, Unit::Decades, Unit::Nats, Unit::Blocks] {
            assert_eq!(in_unit(unit, 0.0), "0", "{unit:?}");
        }
        assert_eq!(in_unit(Unit::Share, 0.634), "63 %");
        assert_eq!(in_unit(Unit::Branches, 5.26), "5.3");
    }

    #[test]
    fn ratios_have_two_digits() {
        let cases = [
            (1.0, "1.0×"),
            (0.98, "0.98×"),
            (0.951, "0.95×"),
            (0.996, "1.0×"),
            (0.62, "0.62×"),
            (0.4, "0.40×"),
            (0.096, "0.096×"),
            (0.0997, "0.10×"),
            (0.00996, "0.010×"),
            (0.0063, "6.3·10⁻³×"),
            (32.4, "32×"),
            (8149.0, "8,100×"),
            (1.0 / 24.7, "0.040×"),
            (1.0 / 3_149_000.0, "3.2·10⁻⁷×"),
            (2e-12, "2.0·10⁻¹²×"),
            (6.97e20, "7.0·10²⁰×"),
            (0.0, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(ratio(value, 1.0).as_deref(), Some(text), "{value:e}");
            assert_eq!(ratio(value * 1e-20, 1e-20).as_deref(), Some(text), "{value:e}");
        }
        for (part, whole) in [(1.0, 0.0), (0.0, 0.0), (f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, 1.0)] {
            assert_eq!(ratio(part, whole), None);
        }
    }

    #[test]
    fn parts_are_read_without_exponents() {
        let cases = [
            (0.1, "1/10"),
            (1.0 / 26e6, "1/26,000,000"),
            (0.5, "1/2"),
            (1.0, "1"),
            (11.2, "11×"),
            (1e-12, "1/1.0·10¹²"),
        ];
        for (value, text) in cases {
            assert_eq!(part(value), text, "{value:e}");
        }
    }

    #[test]
    fn whole_numbers_shares_and_settings() {
        assert_eq!(thousands(67_906), "67,906");
        assert_eq!(thousands(999), "999");
        assert_eq!(percent(0.634), "63 %");
        assert_eq!(percent(f64::NAN), "not finite");
        let settings = [0.05, 0.0, 5e-5, 64.0, 0.1 + 0.2, f64::NAN].map(setting);
        assert_eq!(settings, ["0.05", "0", "5e-5", "64", "0.3", "not finite"]);
    }
}
