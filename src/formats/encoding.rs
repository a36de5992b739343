//! Decodes text that is not UTF-8 while it is read.

use std::io::{self, BufRead, Read};

use zeroize::Zeroizing;

/// The encoding of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or UTF-16 with a byte order mark.
    #[default]
    Utf8,
    /// Windows code page 1252, which Windows calls ANSI in western Europe and America.
    Windows1252,
}

/// The characters of the bytes 0x80 to 0x9F. Every other byte is the character of the same number.
///
/// Source: WHATWG's index (<https://encoding.spec.whatwg.org/index-windows-1252.txt>).
const UPPER: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}',
    '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}',
    '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}',
    '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// Replaces invalid input. It is not UTF-8, so the reader of the text reports a fault at its position.
const BROKEN: &[u8] = b"\xff";

/// The encodings that need decoding.
#[derive(Clone, Copy)]
enum Form {
    Windows1252,
    Utf16 { is_big_endian: bool },
}

/// The maximum number of bytes that are decoded at once.
const AT_ONCE: usize = 16 * 1024;

/// Decodes the input to UTF-8, without a byte order mark.
pub fn decoded<'a>(
    mut input: Box<dyn BufRead + Send + 'a>,
    encoding: Encoding,
) -> io::Result<Box<dyn BufRead + Send + 'a>> {
    let (mark, form) = detect(input.fill_buf()?, encoding);
    input.consume(mark);
    Ok(match form {
        None => input,
        Some(form) => Box::new(Decoded {
            input,
            form,
            rest: Zeroizing::default(),
            text: Zeroizing::new(Vec::with_capacity(3 * AT_ONCE)),
            offset: 0,
        }),
    })
}

/// Returns the length of the byte order mark of a text that starts like this, and its form unless that is UTF-8.
fn detect(start: &[u8], encoding: Encoding) -> (usize, Option<Form>) {
    match (start, encoding) {
        ([0xef, 0xbb, 0xbf, ..], _) => (3, None),
        ([0xff, 0xfe, ..], _) => (2, Some(Form::Utf16 { is_big_endian: false })),
        ([0xfe, 0xff, ..], _) => (2, Some(Form::Utf16 { is_big_endian: true })),
        (_, Encoding::Utf8) => (0, None),
        (_, Encoding::Windows1252) => (0, Some(Form::Windows1252)),
    }
}

/// Returns the length of the byte order mark if a text that starts like this needs no decoding.
pub fn utf8_mark(start: &[u8], encoding: Encoding) -> Option<usize> {
    let (mark, form) = detect(start, encoding);
    form.is_none().then_some(mark)
}

/// Decodes its input piece by piece.
struct Decoded<R> {
    input: R,
    form: Form,
    /// Bytes of an incomplete character.
    rest: Zeroizing<Vec<u8>>,
    text: Zeroizing<Vec<u8>>,
    /// The number of bytes of the text that the reader has consumed.
    offset: usize,
}

impl<R> Decoded<R> {
    fn push(&mut self, c: char) {
        self.text.extend(c.encode_utf8(&mut [0; 4]).bytes());
    }

    /// Decodes `rest`, except for half a surrogate pair or half a unit at its end.
    fn decode_utf16(&mut self, is_big_endian: bool) {
        let rest = std::mem::take(&mut self.rest);
        let unit = |pair: &[u8]| match *pair {
            [high, low] if is_big_endian => u16::from_be_bytes([high, low]),
            [low, high] => u16::from_le_bytes([low, high]),
            _ => 0,
        };
        let pairs = rest.chunks_exact(2);
        let is_half = pairs.clone().last().is_some_and(|pair| (0xd800..0xdc00).contains(&unit(pair)));
        let count = pairs.len() - usize::from(is_half);
        for c in char::decode_utf16(pairs.take(count).map(unit)) {
            match c {
                Ok(c) => self.push(c),
                Err(_) => self.text.extend(BROKEN),
            }
        }
        self.rest.extend(&rest[2 * count..]);
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.offset == self.text.len() {
            self.text.clear();
            self.offset = 0;
            let input = self.input.fill_buf()?;
            let piece = Zeroizing::new(input[..input.len().min(AT_ONCE)].to_vec());
            self.input.consume(piece.len());
            match self.form {
                _ if piece.is_empty() => {
                    if !self.rest.is_empty() {
                        self.rest.clear();
                        self.text.extend(BROKEN);
                    }
                    break;
                }
                Form::Windows1252 => piece.iter().for_each(|byte| self.push(windows_1252(*byte))),
                Form::Utf16 { is_big_endian } => {
                    self.rest.extend(&*piece);
                    self.decode_utf16(is_big_endian);
                }
            }
        }
        Ok(&self.text[self.offset..])
    }

    fn consume(&mut self, amount: usize) {
        self.offset += amount;
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..0xa0 => UPPER[usize::from(byte) - 0x80],
        _ => byte.into(),
    }
}
