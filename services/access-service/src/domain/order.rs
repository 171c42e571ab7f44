//! The order of names as Danish lists have it.

/// The most characters that count.
const MAX_CHARS: usize = 60;

/// What a name is sorted by: letters without case, æ, ø and å after z. Long names are cut, so that the key fits into a page
/// token.
pub fn sort_key(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).map(after_z).take(MAX_CHARS).collect()
}

/// The three characters that follow z in ASCII stand for the three letters that follow it in Danish.
fn after_z(letter: char) -> char {
    match letter {
        'æ' | 'ä' => '{',
        'ø' | 'ö' => '|',
        'å' => '}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_danish_letters_come_last_in_their_order() {
        let mut names = ["Åse Holm", "zenia Lund", "Østen Skov", "Anna Holm", "Ægir Krog", "anna Aagaard"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["anna Aagaard", "Anna Holm", "zenia Lund", "Ægir Krog", "Østen Skov", "Åse Holm"]);
    }
}
