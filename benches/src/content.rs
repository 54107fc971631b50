//! Contents of the sizes that are measured.

/// 4 KiB: a short mail.
pub const SMALL: usize = 4 << 10;
/// 100 KiB: a mail with a picture.
pub const MIDDLE: usize = 100 << 10;
/// 10 MiB: the attachment that most servers still take.
pub const LARGE: usize = 10 << 20;
/// 100 MiB: more than caches hold.
pub const HUGE: usize = 100 << 20;

/// A MIME entity of `size` octets in lines of 72 characters; `end` ends them.
pub fn text(size: usize, end: &str) -> Vec<u8> {
    let mut out = format!("Content-Type: text/plain; charset=us-ascii{end}{end}").into_bytes();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    while out.len() < size {
        for _ in 0..72 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            out.push(b' ' + (state % 95) as u8);
        }
        out.extend_from_slice(end.as_bytes());
    }
    out.truncate(size - end.len());
    // A CR that the cut left alone would be content.
    if out.last() == Some(&b'\r') {
        out.pop();
        out.push(b' ');
    }
    out.extend_from_slice(end.as_bytes());
    out
}

/// The size as people say it.
pub fn size_name(size: usize) -> String {
    match size {
        _ if size >= 1 << 20 => format!("{} MiB", size >> 20),
        _ => format!("{} KiB", size >> 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_size_and_line_ends() {
        for size in [SMALL, MIDDLE, SMALL + 1, SMALL + 73, SMALL + 74] {
            for end in ["\n", "\r\n"] {
                let made = text(size, end);
                assert_eq!(made.len(), size);
                assert!(made.ends_with(end.as_bytes()));
                assert_eq!(smime::mime::canonicalise(&made).len() == size, end == "\r\n");
            }
        }
    }
}
