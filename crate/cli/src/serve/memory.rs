//! How much memory this computer has to spare.

/// Bytes that can be had without anything else giving way; where the system does not say so, any number.
pub fn available() -> u64 {
    std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| read(&text)).unwrap_or(u64::MAX)
}

fn read(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_read_and_anything_else_is_no_limit() {
        let text =
            "MemTotal:       32768000 kB\nMemFree:          100000 kB\nMemAvailable:   16384000 kB\nBuffers: 1 kB\n";
        assert_eq!(read(text), Some(16_384_000 << 10));
        for other in ["", "MemAvailable:", "MemAvailable: many kB", "MemAvailable: 7"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert!(available() > 1 << 20);
    }
}
