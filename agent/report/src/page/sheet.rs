//! Writing elements and text, in every language at once.

use crate::language::{Argument, Catalogue, Language};
use crate::visible;
use std::borrow::Cow;

/// The catalogues of all languages, and the one a page opens in.
#[derive(Debug)]
pub struct Tongues {
    first: Language,
    catalogues: [Catalogue; 3],
}

impl Tongues {
    /// The texts of every language.
    pub fn new(first: Language) -> Tongues {
        Tongues { first, catalogues: Language::ALL.map(Catalogue::of) }
    }

    /// The language that a page opens in.
    pub fn first(&self) -> Language {
        self.first
    }

    /// The texts of every language, English first.
    pub fn all(&self) -> &[Catalogue] {
        &self.catalogues
    }

    /// The texts of the language that a page opens in, for what cannot be switched: its title.
    pub fn spoken(&self) -> &Catalogue {
        self.catalogues.iter().find(|c| c.language() == self.first).unwrap_or(&self.catalogues[0])
    }
}

/// A part of a page.
#[derive(Debug)]
pub struct Sheet<'t> {
    tongues: &'t Tongues,
    out: String,
}

impl<'t> Sheet<'t> {
    /// An empty part.
    pub fn new(tongues: &'t Tongues) -> Sheet<'t> {
        Sheet { tongues, out: String::new() }
    }

    /// The catalogues.
    pub fn tongues(&self) -> &'t Tongues {
        self.tongues
    }

    /// What was written.
    pub fn into_html(self) -> String {
        self.out
    }

    /// Takes in what was written apart.
    pub fn append(&mut self, part: Sheet<'_>) {
        self.out.push_str(&part.out);
    }

    /// How many octets were written.
    pub fn octets(&self) -> usize {
        self.out.len()
    }

    /// Markup of this program itself; never what came from outside.
    pub(super) fn markup(&mut self, html: &'static str) {
        self.out.push_str(html);
    }

    /// Opens an element. Values of attributes are escaped as text is; names are this program's own.
    pub fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.escaped(&visible(value));
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// Closes an element.
    pub fn close(&mut self, tag: &'static str) {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }

    /// An element of that class with what is written inside.
    pub fn within(&mut self, tag: &'static str, class: &str, inside: impl FnOnce(&mut Self)) {
        let attributes = [("class", class)];
        self.with(tag, if class.is_empty() { &[] } else { &attributes }, inside);
    }

    /// An element with these attributes and what is written inside.
    pub fn with(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.open(tag, attributes);
        inside(self);
        self.close(tag);
    }

    /// Text from anywhere: escaped, with what would turn or hide it made visible. Line ends stay line ends.
    pub fn text(&mut self, text: &str) {
        for (number, line) in text.lines().enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            self.escaped(&visible(line));
        }
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\'' => self.out.push_str("&#39;"),
                other => self.out.push(other),
            }
        }
    }

    /// A name that came from outside, kept apart from the direction of the text around it.
    pub fn name(&mut self, name: &str) {
        self.with("bdi", &[], |sheet| sheet.text(name));
    }

    /// A word of the trade that is the same in every language: a key, an id, a value.
    pub fn code(&mut self, word: &str) {
        self.within("code", "", |sheet| sheet.text(word));
    }

    /// Text that is English in every language.
    pub fn english(&mut self, text: &str) {
        self.with("span", &[("lang", "en")], |sheet| sheet.text(text));
    }

    /// What each catalogue says, switched by the choice of language.
    pub fn each(&mut self, said: impl Fn(&Catalogue) -> String) {
        let tongues = self.tongues;
        let texts: Vec<(Language, String)> =
            tongues.catalogues.iter().map(|c| (c.language(), said(c))).collect();
        if texts.windows(2).all(|pair| matches!(pair, [(_, a), (_, b)] if a == b)) {
            if let Some((_, text)) = texts.first() {
                self.text(text);
            }
            return;
        }
        for (language, text) in &texts {
            self.with("span", &[("class", "t"), ("lang", language.code())], |sheet| sheet.text(text));
        }
    }

    /// The text under a key.
    pub fn say(&mut self, key: &str) {
        self.each(|words| words.say(key));
    }

    /// The text under a key, with its places filled.
    pub fn tell(&mut self, key: &str, arguments: &[(&str, Argument<'_>)]) {
        self.each(|words| words.tell(key, arguments));
    }

    /// A sentence that was written in English, in the languages that recognise it.
    pub fn phrase(&mut self, english: &str) {
        self.recognised(english, |words| words.phrase(english).map(Cow::into_owned));
    }

    /// What each catalogue makes of an English sentence; the sentence itself, marked as English, where one of them makes
    /// nothing of it.
    pub fn recognised(&mut self, english: &str, said: impl Fn(&Catalogue) -> Option<String>) {
        if self.tongues.catalogues.iter().all(|c| said(c).is_some()) {
            self.each(|words| said(words).unwrap_or_default());
        } else {
            self.english(english);
        }
    }

    /// An element that holds only the text under a key.
    pub fn said(&mut self, tag: &'static str, class: &str, key: &str) {
        self.within(tag, class, |sheet| sheet.say(key));
    }

    /// A word in a coloured pill; the tone is one of `good`, `bad`, `warn` and `dim`.
    pub fn pill(&mut self, tone: &str, key: &str) {
        self.said("span", &format!("pill {tone}"), key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_everywhere() {
        let tongues = Tongues::new(Language::En);
        let mut sheet = Sheet::new(&tongues);
        sheet.with("a", &[("href", "\"><script>alert('x')</script>")], |sheet| {
            sheet.text("<img src=x onerror=\"alert(1)\">&\u{202e}\u{0}");
        });
        let html = sheet.into_html();
        assert_eq!(
            html,
            "<a href=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\">&lt;img src=x \
             onerror=&quot;alert(1)&quot;&gt;&amp;\\u{202e}\\u{0}</a>"
        );
    }

    #[test]
    fn what_is_the_same_in_all_languages_stands_once() {
        let tongues = Tongues::new(Language::En);
        let mut sheet = Sheet::new(&tongues);
        sheet.each(|_| "SSL".to_owned());
        sheet.each(|words| words.language().code().to_owned());
        let html = sheet.into_html();
        assert!(html.starts_with("SSL<span class=\"t\" lang=\"en\">en</span><span class=\"t\" lang=\"fr\">"));
    }

    #[test]
    fn what_is_not_recognised_stays_english_and_says_so() {
        let tongues = Tongues::new(Language::Nl);
        let mut sheet = Sheet::new(&tongues);
        sheet.phrase("a sentence that nobody has translated");
        assert_eq!(sheet.into_html(), "<span lang=\"en\">a sentence that nobody has translated</span>");
    }
}
