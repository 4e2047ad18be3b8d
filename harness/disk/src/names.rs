//! The names on a disk: made, removed and changed in an order that a power cut may cut short but never shuffles, as on a file
//! system with a journal.

use std::collections::BTreeMap;

use crate::file::File;

/// One change of a name that is not durable yet.
enum Change {
    Made(String),
    Removed(String, File),
    Renamed { from: String, to: String, replaced: Option<File> },
}

/// All files by name.
#[derive(Default)]
pub(crate) struct Names {
    files: BTreeMap<String, File>,
    undurable: Vec<Change>,
}

impl Names {
    pub(crate) fn get(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut File> {
        self.files.get_mut(name)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &File)> {
        self.files.iter()
    }

    /// Makes an empty file.
    pub(crate) fn make(&mut self, name: &str) {
        self.files.insert(name.to_owned(), File::default());
        self.undurable.push(Change::Made(name.to_owned()));
    }

    /// False when there is none.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let Some(file) = self.files.remove(name) else { return false };
        self.undurable.push(Change::Removed(name.to_owned(), file));
        true
    }

    /// False when there is none.
    pub(crate) fn rename(&mut self, from: &str, to: &str) -> bool {
        let Some(file) = self.files.remove(from) else { return false };
        let replaced = self.files.insert(to.to_owned(), file);
        self.undurable.push(Change::Renamed { from: from.to_owned(), to: to.to_owned(), replaced });
        true
    }

    /// Names are durable from here on. A sync of any file does that, too: the journal of the file system is one.
    pub(crate) fn sync(&mut self) {
        self.undurable.clear();
    }

    /// The process is gone, and with it its locks and its memory.
    pub(crate) fn lose_process(&mut self) {
        for file in self.files.values_mut() {
            file.locks.clear();
            file.shared = std::sync::Weak::new();
        }
    }

    /// The power goes. `draw(n)` says how many of the last changes of names are lost, and of each page whether it is kept.
    pub(crate) fn lose_power(&mut self, draw: &mut dyn FnMut(usize) -> usize) {
        let lost = draw(self.undurable.len());
        for _ in 0..lost {
            match self.undurable.pop() {
                Some(Change::Made(name)) => {
                    self.files.remove(&name);
                }
                Some(Change::Removed(name, file)) => {
                    self.files.insert(name, file);
                }
                Some(Change::Renamed { from, to, replaced }) => {
                    if let Some(file) = self.files.remove(&to) {
                        self.files.insert(from, file);
                    }
                    if let Some(file) = replaced {
                        self.files.insert(to, file);
                    }
                }
                None => {}
            }
        }
        self.undurable.clear();
        for file in self.files.values_mut() {
            file.lose_power(&mut || draw(1) == 0);
        }
        self.lose_process();
    }
}
