use super::{DEPTH_MAX, HEADER_MAX, Header, Length, TlvError};

/// What to do with an element whose header has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Look at what is inside, element by element.
    Enter,
    /// Collect the element as it is sent and hand it over whole.
    Capture,
    /// Hand over the octets of the string as they arrive, without the frames of a constructed one.
    Content,
}

/// Who decides what happens with each element. Errors are of the structure that is being read.
pub(crate) trait Visitor {
    /// The error of the structure.
    type Error: From<TlvError>;

    /// An element begins, inside one that was entered or outermost.
    fn header(&mut self, header: &Header, offset: u64) -> Result<Step, Self::Error>;
    /// An element that was captured is complete.
    fn captured(&mut self, raw: &[u8], offset: u64) -> Result<(), Self::Error>;
    /// Octets of the content have arrived.
    fn content(&mut self, octets: &[u8]) -> Result<(), Self::Error>;
    /// Octets of the content have arrived, in several places one behind the other, together no more than `most`.
    fn contents(
        &mut self,
        segments: &mut dyn Iterator<Item = &[u8]>,
        most: usize,
    ) -> Result<(), Self::Error> {
        let _ = most;
        for octets in segments {
            self.content(octets)?;
        }
        Ok(())
    }
    /// The content is complete.
    fn content_end(&mut self) -> Result<(), Self::Error>;
    /// An element that was entered is complete.
    fn leave(&mut self, offset: u64) -> Result<(), Self::Error>;
}

/// For how many octets room is made before they arrive.
const CAPTURE_ROOM: u64 = 4096;
/// The shortest segments of a constructed string that are handed over together, in octets.
const SEGMENT_MIN: usize = 256;
/// For how many open elements room is made at once.
const USUAL_DEPTH: usize = 8;

/// Segments of a constructed string that are alike, in what has arrived. The last of a string of definite length is not among
/// them, unless not all of it is there, because it ends that too.
///
/// A header is not looked at before what stands in front of it was asked for, so that it need not be waited for: who works
/// on that has memory bring what is behind it.
struct Segments<'a> {
    /// What is left of the one in front of them.
    begun: &'a [u8],
    behind: &'a [u8],
    header: &'a [u8; 4],
    length: usize,
    /// How many octets of `behind` lie before the last octet of the string.
    room: u64,
    /// How many octets of the last one have not arrived.
    left: u64,
}

impl<'a> Iterator for Segments<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if !self.begun.is_empty() {
            return Some(std::mem::take(&mut self.begun));
        }
        let octets = self.behind.strip_prefix(self.header)?;
        let size = (self.header.len() + self.length) as u64;
        if let Some((octets, behind)) = octets.split_at_checked(self.length) {
            self.room = self.room.checked_sub(size)?;
            self.behind = behind;
            return Some(octets);
        }
        if octets.is_empty() || size > self.room.saturating_add(1) {
            return None;
        }
        self.left = (self.length - octets.len()) as u64;
        self.behind = &[];
        Some(octets)
    }
}

/// Follows the frames of BER through pieces of any size, with an explicit stack and in constant memory but for what
/// it is told to capture.
///
/// An element of definite length that is captured and arrives in one piece is handed over where it stands, and not copied.
///
/// Bounds: nesting [`DEPTH_MAX`], a header [`HEADER_MAX`] octets, all captured elements together `capture_max`.
/// A length is believed only as far as octets arrive.
#[derive(Debug)]
pub(crate) struct Framer {
    stack: Vec<Open>,
    at: At,
    offset: u64,
    header: [u8; HEADER_MAX],
    header_len: usize,
    captured: Vec<u8>,
    captured_at: u64,
    captured_total: usize,
    capture_max: usize,
}

/// A constructed element that is not complete.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Where it ends; `None` when end-of-contents octets end it.
    end: Option<u64>,
    /// Where the nearest enclosing element of definite length ends.
    limit: u64,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Header,
    /// Inside the octets of an element that is taken without looking into it.
    Body {
        left: u64,
        step: Step,
    },
    Done,
}

impl Framer {
    pub(crate) fn new(capture_max: usize) -> Framer {
        Framer {
            stack: Vec::with_capacity(USUAL_DEPTH),
            at: At::Header,
            offset: 0,
            header: [0; HEADER_MAX],
            header_len: 0,
            captured: Vec::new(),
            captured_at: 0,
            captured_total: 0,
            capture_max,
        }
    }

    /// Feeds octets.
    ///
    /// # Errors
    ///
    /// What the visitor refuses, and every [`TlvError`]. After an error the framer must not be fed again.
    pub(crate) fn update<V: Visitor>(&mut self, mut input: &[u8], visitor: &mut V) -> Result<(), V::Error> {
        while !input.is_empty() {
            match self.at {
                At::Done => return Err(TlvError::Trailing { offset: self.offset }.into()),
                At::Header => {
                    let taken = self.segments(input, 0, visitor)?;
                    if taken > 0 {
                        input = input.get(taken..).unwrap_or_default();
                        continue;
                    }
                    let offset = self.offset;
                    if self.header_len == 0
                        && let Some(header) = Header::read(input, offset)?
                        && let Some((octets, rest)) = input.split_at_checked(header.size)
                    {
                        self.offset += octets.len() as u64;
                        let taken = self.begin(header, offset, octets, input, visitor)?;
                        input = rest.get(taken..).unwrap_or_default();
                        continue;
                    }
                    let Some(header) = self.gather(&mut input)? else { return Ok(()) };
                    let octets = self.header;
                    let octets = octets.get(..self.header_len).unwrap_or_default();
                    self.header_len = 0;
                    self.offset += octets.len() as u64;
                    self.begin(header, offset, octets, &[], visitor)?;
                }
                At::Body { left, step } => {
                    if step == Step::Content {
                        let taken = self.segments(input, left, visitor)?;
                        if taken > 0 {
                            input = input.get(taken..).unwrap_or_default();
                            continue;
                        }
                    }
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    let (octets, rest) = input.split_at_checked(take).unwrap_or((input, &[]));
                    input = rest;
                    self.offset += octets.len() as u64;
                    if step == Step::Content {
                        visitor.content(octets)?;
                    } else {
                        self.captured.extend_from_slice(octets);
                    }
                    let left = left - octets.len() as u64;
                    self.at = At::Body { left, step };
                    if left == 0 {
                        self.at = At::Header;
                        self.complete(step, visitor)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands over content of a constructed string together: the `left` octets that are left of the segment that has begun,
    /// behind it whole segments of the same length with two octets that say so, as those who stream write them, and what
    /// arrived of one more. Gives how many octets they and their headers are.
    fn segments<V: Visitor>(&mut self, input: &[u8], left: u64, visitor: &mut V) -> Result<usize, V::Error> {
        let Some(Open { end, limit, step: Step::Content }) = self.stack.last().copied() else { return Ok(0) };
        let begun = usize::try_from(left).ok().and_then(|left| input.split_at_checked(left));
        let Some((begun, behind)) = begun.filter(|_| self.header_len == 0) else { return Ok(0) };
        let Some(header @ [0x04, 0x82, high, low]) = behind.first_chunk() else { return Ok(0) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let room = end.unwrap_or(limit).saturating_sub(self.offset).saturating_sub(1);
        let Some(room) = room.checked_sub(left).filter(|_| length >= SEGMENT_MIN) else { return Ok(0) };
        let mut run = Segments { begun, behind, header, length, room, left: 0 };
        visitor.contents(&mut run, input.len())?;
        // Who has no use for them leaves them.
        run.by_ref().for_each(drop);
        let taken = input.len() - run.behind.len();
        if taken > 0 {
            self.offset += taken as u64;
            self.at = match run.left {
                0 => At::Header,
                left => At::Body { left, step: Step::Content },
            };
        }
        Ok(taken)
    }

    /// Ends the input.
    ///
    /// # Errors
    ///
    /// [`TlvError::Truncated`] when the outermost element is not complete.
    pub(crate) fn finish(&self) -> Result<(), TlvError> {
        match self.at {
            At::Done => Ok(()),
            _ => Err(TlvError::Truncated { offset: self.offset + self.header_len as u64 }),
        }
    }

    /// Collects octets until a header is complete; those that it does not need stay in `input`.
    fn gather(&mut self, input: &mut &[u8]) -> Result<Option<Header>, TlvError> {
        loop {
            let have = self.header.get(..self.header_len).unwrap_or_default();
            if let Some(header) = Header::read(have, self.offset)? {
                return Ok(Some(header));
            }
            let Some((octet, rest)) = input.split_first() else { return Ok(None) };
            let bad = TlvError::Header { offset: self.offset };
            *self.header.get_mut(self.header_len).ok_or(bad)? = *octet;
            self.header_len += 1;
            *input = rest;
        }
    }

    /// An element begins whose header are `octets`. Gives how many octets behind it were taken from `arrived`, which is the
    /// element as far as it arrived in the same piece, header included, or nothing.
    fn begin<V: Visitor>(
        &mut self,
        header: Header,
        offset: u64,
        octets: &[u8],
        arrived: &[u8],
        visitor: &mut V,
    ) -> Result<usize, V::Error> {
        let parent = self.stack.last().copied();
        if header.is_end_of_contents() {
            return match parent {
                Some(Open { end: None, limit, step }) if self.offset <= limit => {
                    if step == Step::Capture {
                        self.capture(octets, offset)?;
                    }
                    self.stack.pop();
                    self.complete(step, visitor)?;
                    Ok(0)
                }
                _ => Err(TlvError::EndOfContents { offset }.into()),
            };
        }
        let limit = parent.map_or(u64::MAX, |parent| parent.limit);
        let end = match header.length {
            Length::Definite(length) => {
                let end = self.offset.checked_add(length).filter(|end| *end <= limit);
                Some(end.ok_or(TlvError::Overrun { offset })?)
            }
            Length::Indefinite if self.offset > limit => return Err(TlvError::Overrun { offset }.into()),
            Length::Indefinite => None,
        };
        let step = match parent.map(|parent| parent.step) {
            None | Some(Step::Enter) => {
                let step = visitor.header(&header, offset)?;
                if step == Step::Capture {
                    let length = end.and_then(|end| usize::try_from(end - offset).ok());
                    if let Some(whole) = length.and_then(|length| arrived.get(..length)) {
                        self.reserve(whole.len() as u64, offset)?;
                        let taken = whole.len() - octets.len();
                        self.offset += taken as u64;
                        visitor.captured(whole, offset)?;
                        self.ended(visitor)?;
                        return Ok(taken);
                    }
                    self.captured.clear();
                    self.captured_at = offset;
                }
                step
            }
            Some(Step::Capture) => Step::Capture,
            Some(Step::Content) if header.tag.is_octet_string() => Step::Content,
            Some(Step::Content) => {
                return Err(TlvError::Unexpected { offset, expected: "a part of an octet string" }.into());
            }
        };
        if step == Step::Capture {
            self.capture(octets, offset)?;
        }
        match end {
            // What is captured with a definite length is not looked into, and primitive elements cannot be.
            Some(end) if step == Step::Capture || !header.tag.constructed => {
                if step == Step::Enter {
                    return Err(TlvError::Unexpected { offset, expected: "a constructed element" }.into());
                }
                let left = end - self.offset;
                if step == Step::Capture {
                    self.reserve(left, offset)?;
                    self.captured.reserve(left.min(CAPTURE_ROOM) as usize);
                }
                self.at = At::Body { left, step };
                if left == 0 {
                    self.at = At::Header;
                    self.complete(step, visitor)?;
                }
                Ok(0)
            }
            _ => {
                if self.stack.len() >= DEPTH_MAX {
                    return Err(TlvError::Depth { offset, limit: DEPTH_MAX }.into());
                }
                self.stack.push(Open { end, limit: end.unwrap_or(limit), step });
                self.close(visitor)?;
                Ok(0)
            }
        }
    }

    /// An element has ended: tells the visitor if it was one that the visitor knows of, and ends those around it
    /// whose length is used up.
    fn complete<V: Visitor>(&mut self, step: Step, visitor: &mut V) -> Result<(), V::Error> {
        let inside = self.stack.last().map(|open| open.step);
        match step {
            Step::Enter => visitor.leave(self.offset)?,
            Step::Capture if inside != Some(Step::Capture) => {
                let captured = std::mem::take(&mut self.captured);
                visitor.captured(&captured, self.captured_at)?;
                self.captured = captured;
            }
            Step::Content if inside != Some(Step::Content) => visitor.content_end()?,
            _ => {}
        }
        self.ended(visitor)
    }

    /// An element has ended: ends those around it whose length is used up.
    fn ended<V: Visitor>(&mut self, visitor: &mut V) -> Result<(), V::Error> {
        if self.stack.is_empty() {
            self.at = At::Done;
            return Ok(());
        }
        self.close(visitor)
    }

    /// Ends the innermost open element if its definite length is used up.
    fn close<V: Visitor>(&mut self, visitor: &mut V) -> Result<(), V::Error> {
        match self.stack.last() {
            Some(open) if open.end == Some(self.offset) => {
                let step = open.step;
                self.stack.pop();
                self.complete(step, visitor)
            }
            _ => Ok(()),
        }
    }

    /// Counts octets against the bound before they arrive.
    fn reserve(&mut self, length: u64, offset: u64) -> Result<(), TlvError> {
        let limit = self.capture_max;
        let total = usize::try_from(length).ok().and_then(|length| self.captured_total.checked_add(length));
        self.captured_total =
            total.filter(|total| *total <= limit).ok_or(TlvError::TooLarge { offset, limit })?;
        Ok(())
    }

    fn capture(&mut self, octets: &[u8], offset: u64) -> Result<(), TlvError> {
        self.reserve(octets.len() as u64, offset)?;
        self.captured.extend_from_slice(octets);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Tag, write};
    use super::*;
    use proptest::prelude::*;

    /// Enters sequences, captures sets, streams octet strings, and writes down what it sees.
    #[derive(Default, Debug, PartialEq)]
    struct Diary(Vec<String>, Vec<u8>);

    impl Visitor for Diary {
        type Error = TlvError;
        fn header(&mut self, header: &Header, offset: u64) -> Result<Step, TlvError> {
            self.0.push(format!("header {offset}"));
            Ok(if header.tag == Tag::SEQUENCE {
                Step::Enter
            } else if header.tag.is_octet_string() {
                Step::Content
            } else {
                Step::Capture
            })
        }
        fn captured(&mut self, raw: &[u8], offset: u64) -> Result<(), TlvError> {
            self.0.push(format!("captured {offset} {raw:02x?}"));
            Ok(())
        }
        fn content(&mut self, octets: &[u8]) -> Result<(), TlvError> {
            self.1.extend_from_slice(octets);
            Ok(())
        }
        fn content_end(&mut self) -> Result<(), TlvError> {
            self.0.push(format!("content {:02x?}", std::mem::take(&mut self.1)));
            Ok(())
        }
        fn leave(&mut self, offset: u64) -> Result<(), TlvError> {
            self.0.push(format!("leave {offset}"));
            Ok(())
        }
    }

    fn read(bytes: &[u8], piece: usize) -> Result<Diary, TlvError> {
        let mut diary = Diary::default();
        let mut framer = Framer::new(64);
        for piece in bytes.chunks(piece.max(1)) {
            framer.update(piece, &mut diary)?;
        }
        framer.finish()?;
        Ok(diary)
    }

    fn sample() -> Vec<u8> {
        let content = [0x24, 0x80, 4, 2, 1, 2, 4, 0, 0x24, 3, 4, 1, 3, 0, 0];
        let captured = [0x31, 0x80, 0x30, 0x80, 2, 1, 7, 0, 0, 0, 0];
        write::sequence(&[&[2, 1, 5][..], &[0x30, 0x80], &content, &[0, 0], &captured, &[0x30, 0]])
    }

    #[test]
    fn frames_are_followed_in_pieces_of_every_size() {
        let whole = read(&sample(), usize::MAX).unwrap();
        assert_eq!(
            whole.0,
            [
                "header 0",
                "header 2",
                "captured 2 [02, 01, 05]",
                "header 5",
                "header 7",
                "content [01, 02, 03]",
                "leave 24",
                "header 24",
                "captured 24 [31, 80, 30, 80, 02, 01, 07, 00, 00, 00, 00]",
                "header 35",
                "leave 37",
                "leave 37",
            ]
        );
        for piece in 1..sample().len() {
            assert_eq!(read(&sample(), piece).unwrap(), whole, "{piece}");
        }
    }

    #[test]
    fn every_prefix_is_cut_short_and_every_suffix_is_too_much() {
        let sample = sample();
        for len in 0..sample.len() {
            let error = read(&sample[..len], 3).unwrap_err();
            assert_eq!(error, TlvError::Truncated { offset: len as u64 });
        }
        let longer = [&sample[..], &[0]].concat();
        assert_eq!(read(&longer, 3), Err(TlvError::Trailing { offset: sample.len() as u64 }));
    }

    #[test]
    fn what_passes_its_frame_is_refused() {
        assert_eq!(read(&[0x30, 3, 2, 2, 1, 1], 9), Err(TlvError::Overrun { offset: 2 }));
        assert_eq!(read(&[0x30, 4, 0x30, 0x80, 2, 1, 1, 0, 0], 9), Err(TlvError::Overrun { offset: 4 }));
        assert_eq!(read(&[0x30, 2, 0x30, 0x80, 0, 0], 9), Err(TlvError::EndOfContents { offset: 4 }));
        assert_eq!(read(&[0x30, 2, 0, 0], 9), Err(TlvError::EndOfContents { offset: 2 }));
        assert_eq!(
            read(&[0x24, 3, 2, 1, 1], 9),
            Err(TlvError::Unexpected { offset: 2, expected: "a part of an octet string" })
        );
    }

    #[test]
    fn captured_elements_stop_at_the_bound_before_they_arrive() {
        let captured = |length: u8| [0x31, length];
        assert_eq!(read(&captured(62), 9), Err(TlvError::Truncated { offset: 2 }));
        assert_eq!(read(&captured(63), 9), Err(TlvError::TooLarge { offset: 0, limit: 64 }));
        let lie = [0x31, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(read(&lie, 9), Err(TlvError::TooLarge { offset: 0, limit: 64 }));
        // A lie about content costs nothing; it is only never satisfied.
        let lie = [0x04, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2];
        assert_eq!(read(&lie, 9), Err(TlvError::Truncated { offset: 12 }));
    }

    #[test]
    fn nesting_stops_at_the_bound() {
        let nested = |depth: usize| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
        assert!(read(&nested(DEPTH_MAX), 5).is_ok());
        let offset = 2 * DEPTH_MAX as u64;
        assert_eq!(read(&nested(DEPTH_MAX + 1), 5), Err(TlvError::Depth { offset, limit: DEPTH_MAX }));
        let definite = |depth: usize| (1..depth).fold(vec![0x30, 0], |inner, _| write::sequence(&[inner]));
        assert!(read(&definite(DEPTH_MAX), 5).is_ok());
        assert!(matches!(read(&definite(DEPTH_MAX + 1), 5), Err(TlvError::Depth { .. })));
    }

    #[test]
    fn segments_are_handed_over_however_they_arrive() {
        // Segments of every form, in strings of both lengths.
        for count in [1, 2, 31, 32, 67] {
            let mut content = Vec::new();
            let mut segments = Vec::new();
            for at in 0..count {
                let len =
                    if at == 3 { 70_000 } else { [0, 1, 127, 128, 200, 300, 3000][(at * 5 + count) % 7] };
                let octets = vec![at as u8; len];
                content.extend_from_slice(&octets);
                match at % 4 {
                    // longer than it has to be
                    0 if len < 256 => segments.extend([4, 0x82, 0, len as u8].iter().chain(&octets)),
                    _ => segments.extend(write::octet_string(&octets)),
                }
            }
            let definite = write::tlv(0x24, &segments);
            let indefinite = [&[0x24, 0x80][..], &segments, &[0, 0]].concat();
            for string in [definite, indefinite] {
                let message = write::sequence(&[string]);
                let whole = read(&message, message.len()).unwrap();
                assert!(whole.0.contains(&format!("content {content:02x?}")), "{count}");
                for piece in [1, 3, 64, 1000, 4096] {
                    assert!(read(&message, piece).unwrap() == whole, "{count} {piece}");
                }
            }
            // one octet more than the string has room for, which is less than the last segment
            let mut short = write::tlv(0x24, &[&segments[..], &write::octet_string(&[7; 300])].concat());
            let length = u32::from_be_bytes([0, short[2], short[3], short[4]]);
            if let [0x24, 0x83, ..] = short[..] {
                short[2..5].copy_from_slice(&(length - 1).to_be_bytes()[1..]);
                let error = read(&short, short.len()).unwrap_err();
                assert!(matches!(error, TlvError::Overrun { .. }), "{count}: {error:?}");
                assert_eq!(read(&short, 7).unwrap_err(), error);
            }
        }
    }

    /// How many segments were handed over together each time, and what they held.
    #[derive(Default)]
    struct Runs(Vec<usize>, Vec<u8>);

    impl Visitor for Runs {
        type Error = TlvError;
        fn header(&mut self, _: &Header, _: u64) -> Result<Step, TlvError> {
            Ok(Step::Content)
        }
        fn captured(&mut self, _: &[u8], _: u64) -> Result<(), TlvError> {
            Ok(())
        }
        fn content(&mut self, octets: &[u8]) -> Result<(), TlvError> {
            self.1.extend_from_slice(octets);
            Ok(())
        }
        fn contents(
            &mut self,
            segments: &mut dyn Iterator<Item = &[u8]>,
            most: usize,
        ) -> Result<(), TlvError> {
            let (mut count, before) = (0, self.1.len());
            for octets in segments {
                assert!(!octets.is_empty());
                self.content(octets)?;
                count += 1;
            }
            assert!(self.1.len() - before <= most);
            self.0.extend(Some(count).filter(|count| *count > 0));
            Ok(())
        }
        fn content_end(&mut self) -> Result<(), TlvError> {
            Ok(())
        }
        fn leave(&mut self, _: u64) -> Result<(), TlvError> {
            Ok(())
        }
    }

    #[test]
    fn segments_that_are_alike_are_handed_over_together() {
        for length in [1, SEGMENT_MIN - 1, SEGMENT_MIN, 4096, 65_535] {
            for count in [1, 2, 30, 131] {
                let (mut inside, mut content) = (Vec::new(), Vec::new());
                for at in 0..count {
                    let octets = vec![at as u8; length];
                    inside.extend([4, 0x82, (length >> 8) as u8, length as u8].iter().chain(&octets));
                    content.extend(octets);
                }
                // the last of a definite length is not among them
                let indefinite = [&[0x24, 0x80][..], &inside, &[0, 0]].concat();
                for (string, together) in [(indefinite, count), (write::tlv(0x24, &inside), count - 1)] {
                    let together = if length < SEGMENT_MIN { 0 } else { together };
                    let expected: Vec<usize> =
                        Some(together).filter(|count| *count > 0).into_iter().collect();
                    for piece in [string.len(), 70_000, 5000, 4104, 37] {
                        let (mut framer, mut runs) = (Framer::new(64), Runs::default());
                        for piece in string.chunks(piece) {
                            framer.update(piece, &mut runs).unwrap();
                        }
                        framer.finish().unwrap();
                        assert!(runs.1 == content, "{length} {count} {piece}");
                        assert!(piece < string.len() || runs.0 == expected, "{length} {count} {:?}", runs.0);
                        // both that are cut and the whole ones between them arrive as one
                        if (piece, length, count) == (70_000, 4096, 131) {
                            assert_eq!(runs.0.get(1), Some(&18), "{:?}", runs.0);
                        }
                    }
                }
                // the last is one octet too long for what is around it
                let room = inside.len() as u32 - 1;
                let short = [&[0x24, 0x84], &room.to_be_bytes()[..], &inside].concat();
                let mut framer = Framer::new(64);
                let whole = framer.update(&short, &mut Runs::default());
                let mut framer = Framer::new(64);
                let in_pieces =
                    short.chunks(3).try_for_each(|piece| framer.update(piece, &mut Runs::default()));
                let overrun = TlvError::Overrun { offset: (6 + inside.len() - length - 4) as u64 };
                assert_eq!(whole, Err(overrun), "{length} {count}");
                assert_eq!(whole, in_pieces, "{length} {count}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_octets_give_the_same_in_any_pieces(
            bytes in proptest::collection::vec(prop_oneof![
                Just(0u8), Just(0x80), Just(0x30), Just(0x24), Just(0x04), Just(0x31), 0u8..6, any::<u8>()
            ], 0..80),
            piece in 1usize..9,
        ) {
            prop_assert_eq!(read(&bytes, piece), read(&bytes, usize::MAX));
        }
    }
}
