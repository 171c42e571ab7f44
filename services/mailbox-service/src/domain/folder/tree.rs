//! How the own folders lie in each other.

use super::{MAX_DEPTH, OwnFolder};
use kernel::FolderId;
use std::collections::{BTreeMap, HashMap};

/// The own folders as they are listed: each parent before its children, siblings by name.
pub fn tree_order(folders: Vec<OwnFolder>) -> Vec<OwnFolder> {
    let mut children: HashMap<Option<FolderId>, BTreeMap<(String, FolderId), OwnFolder>> = HashMap::new();
    for folder in folders {
        let siblings = children.entry(folder.parent).or_default();
        siblings.insert((folder.name.to_lowercase(), folder.id), folder);
    }
    let mut ordered = Vec::new();
    append(None, &mut children, &mut ordered);
    ordered
}

/// Recurses no deeper than [`MAX_DEPTH`], which [`place`] keeps.
fn append(
    parent: Option<FolderId>,
    children: &mut HashMap<Option<FolderId>, BTreeMap<(String, FolderId), OwnFolder>>,
    ordered: &mut Vec<OwnFolder>,
) {
    for (_, folder) in children.remove(&parent).unwrap_or_default() {
        let id = folder.id;
        ordered.push(folder);
        append(Some(id), children, ordered);
    }
}

/// The parent of each own folder; none at the top.
pub type Parents = BTreeMap<FolderId, Option<FolderId>>;

/// The parents of `folders`.
pub fn parents(folders: &[OwnFolder]) -> Parents {
    folders.iter().map(|folder| (folder.id, folder.parent)).collect()
}

/// Why a folder can't lie where it was to lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misplaced {
    /// There is no such parent.
    NoParent,
    /// It, or one below it, would lie deeper than [`MAX_DEPTH`].
    TooDeep,
    /// The parent is the folder itself, or lies in it.
    InItself,
}

/// Whether `folder` with all below it, or a new one where it is none, can lie in `parent`, or at the top.
pub fn place(folder: Option<FolderId>, parent: Option<FolderId>, parents: &Parents) -> Result<(), Misplaced> {
    let depth = depth(parent, parents).ok_or(Misplaced::NoParent)?;
    let height = match folder {
        None => 1,
        Some(folder) if parent.is_some_and(|parent| lies_in(parent, folder, parents)) => {
            return Err(Misplaced::InItself);
        }
        Some(folder) => height(folder, parents),
    };
    if depth + height > MAX_DEPTH { Err(Misplaced::TooDeep) } else { Ok(()) }
}

/// `root` and all that lie below it.
pub fn with_all_below(root: FolderId, parents: &Parents) -> Vec<FolderId> {
    parents.keys().copied().filter(|folder| lies_in(*folder, root, parents)).collect()
}

/// Whether `folder` is `root`, or lies below it.
fn lies_in(folder: FolderId, root: FolderId, parents: &Parents) -> bool {
    let mut at = Some(folder);
    while let Some(id) = at {
        if id == root {
            return true;
        }
        at = parents.get(&id).copied().flatten();
    }
    false
}

/// How deep `folder` lies: 1 at the top, 0 for none, nothing for one that does not exist.
fn depth(folder: Option<FolderId>, parents: &Parents) -> Option<usize> {
    let (mut at, mut depth) = (folder, 0);
    while let Some(id) = at {
        at = *parents.get(&id)?;
        depth += 1;
    }
    Some(depth)
}

/// How many levels `root` and those below it take: 1 where there is none below.
fn height(root: FolderId, parents: &Parents) -> usize {
    let depth_of = |folder: FolderId| depth(Some(folder), parents).unwrap_or_default();
    let deepest = with_all_below(root, parents).into_iter().map(depth_of).max().unwrap_or_default();
    1 + deepest.saturating_sub(depth_of(root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SystemRandom, Timestamp};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn own(name: &str, parent: Option<FolderId>) -> OwnFolder {
        OwnFolder { id: id(), parent, name: name.to_owned(), version: 1, create_time: NOW }
    }

    fn id() -> FolderId {
        FolderId::new(NOW, &SystemRandom)
    }

    /// One folder in the other, `length` of them.
    fn chain(length: usize) -> (Vec<FolderId>, Parents) {
        let ids: Vec<FolderId> = (0..length).map(|_| id()).collect();
        let parents = ids.iter().enumerate().map(|(at, id)| (*id, at.checked_sub(1).map(|above| ids[above])));
        (ids.clone(), parents.collect())
    }

    #[test]
    fn m5_parents_come_before_children_and_siblings_by_name() {
        let (skat, bolig) = (own("Skat", None), own("bolig", None));
        let (under, last) = (own("2025", Some(skat.id)), own("2026", Some(skat.id)));
        let ordered = tree_order(vec![last, skat, under, bolig]);
        let names: Vec<&str> = ordered.iter().map(|folder| folder.name.as_str()).collect();
        assert_eq!(names, ["bolig", "Skat", "2025", "2026"]);
    }

    #[test]
    fn m5_a_new_folder_lies_at_most_ten_levels_deep() {
        let (ids, parents) = chain(10);
        assert_eq!(place(None, None, &parents), Ok(()));
        assert_eq!(place(None, Some(ids[8]), &parents), Ok(()), "on the tenth level");
        assert_eq!(place(None, Some(ids[9]), &parents), Err(Misplaced::TooDeep));
        assert_eq!(place(None, Some(id()), &parents), Err(Misplaced::NoParent));
    }

    #[test]
    fn m5_a_folder_is_moved_with_all_below_it() {
        let (long, mut parents) = chain(8);
        let (short, others) = chain(3);
        parents.extend(others);
        assert_eq!(place(Some(short[1]), Some(long[7]), &parents), Ok(()), "two below eight");
        assert_eq!(place(Some(short[0]), Some(long[7]), &parents), Err(Misplaced::TooDeep), "three below eight");
        assert_eq!(place(Some(short[2]), None, &parents), Ok(()));
    }

    #[test]
    fn m5_no_folder_lies_in_itself() {
        let (ids, parents) = chain(3);
        for below in &ids {
            assert_eq!(place(Some(ids[0]), Some(*below), &parents), Err(Misplaced::InItself));
        }
        assert_eq!(place(Some(ids[2]), Some(ids[0]), &parents), Ok(()));
        assert_eq!(with_all_below(ids[1], &parents).len(), 2);
    }
}
