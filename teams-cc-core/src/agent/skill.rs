//! What agents can do and calls need.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The most skills an agent has or a call needs; more are dropped.
pub const MAX_SKILLS: usize = 64;
/// The longest name of a skill, in bytes.
const MAX_NAME_BYTES: usize = 64;
/// The highest level of a skill.
const MAX_LEVEL: u8 = 100;

/// The name of a skill, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SkillName(Arc<str>);

impl SkillName {
    /// Takes a name; case is dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidSkill`] for a name that is empty, over 64 bytes or holds control characters.
    pub fn new(name: &str) -> Result<Self, InvalidSkill> {
        let name = name.trim().to_lowercase();
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(InvalidSkill::Name);
        }
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SkillName {
    type Err = InvalidSkill;

    fn from_str(name: &str) -> Result<Self, InvalidSkill> {
        Self::new(name)
    }
}

impl TryFrom<String> for SkillName {
    type Error = InvalidSkill;

    fn try_from(name: String) -> Result<Self, InvalidSkill> {
        Self::new(&name)
    }
}

impl From<SkillName> for String {
    fn from(name: SkillName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Debug for SkillName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for SkillName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A skill at a level. It says how well an agent does it, or how well a call needs it done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Skill {
    /// What.
    pub name: SkillName,
    /// How well, from 1 to 100.
    pub level: u8,
}

impl Skill {
    /// A skill at a level from 1 to 100.
    ///
    /// # Errors
    ///
    /// [`InvalidSkill`] where the name or the level is out of range.
    pub fn new(name: &str, level: u8) -> Result<Self, InvalidSkill> {
        if !(1..=MAX_LEVEL).contains(&level) {
            return Err(InvalidSkill::Level);
        }
        Ok(Self { name: SkillName::new(name)?, level })
    }
}

/// A set of skills with one level each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<SkillName, u8>")]
pub struct Skills(BTreeMap<SkillName, u8>);

impl Skills {
    /// Adds a skill or changes its level; answers whether there was room.
    pub fn insert(&mut self, skill: Skill) -> bool {
        let room = self.0.len() < MAX_SKILLS || self.0.contains_key(&skill.name);
        if room {
            self.0.insert(skill.name, skill.level);
        }
        room
    }

    /// The level of a skill, zero without it.
    #[must_use]
    pub fn level(&self, name: &SkillName) -> u8 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// The skills in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&SkillName, u8)> {
        self.0.iter().map(|(name, level)| (name, *level))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeMap<SkillName, u8>> for Skills {
    type Error = InvalidSkill;

    fn try_from(skills: BTreeMap<SkillName, u8>) -> Result<Self, InvalidSkill> {
        if skills.len() > MAX_SKILLS {
            return Err(InvalidSkill::TooMany);
        }
        if skills.values().any(|level| !(1..=MAX_LEVEL).contains(level)) {
            return Err(InvalidSkill::Level);
        }
        Ok(Self(skills))
    }
}

impl FromIterator<Skill> for Skills {
    fn from_iter<I: IntoIterator<Item = Skill>>(skills: I) -> Self {
        let mut set = Self::default();
        for skill in skills {
            set.insert(skill);
        }
        set
    }
}

/// Why something is no skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSkill {
    /// The name is empty, too long or holds control characters.
    #[error("a skill needs a name of 1 to 64 bytes without control characters")]
    Name,
    /// The level is out of range.
    #[error("a skill level is a number from 1 to 100")]
    Level,
    /// There are more skills than [`MAX_SKILLS`].
    #[error("at most 64 skills for one agent or call")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ignore_case_and_levels_have_a_range() {
        assert_eq!(Skill::new(" French ", 3), Skill::new("french", 3));
        assert_eq!(Skill::new("", 3), Err(InvalidSkill::Name));
        assert_eq!(Skill::new("french", 0), Err(InvalidSkill::Level));
        assert_eq!(Skill::new("french", 101), Err(InvalidSkill::Level));
    }

    #[test]
    fn a_set_never_holds_more_than_its_bound() {
        let mut skills: Skills =
            (0..MAX_SKILLS).map(|n| Skill::new(&format!("s{n}"), 1).unwrap()).collect();
        assert!(!skills.insert(Skill::new("one more", 1).unwrap()));
        assert!(skills.insert(Skill::new("s3", 9).unwrap()));
        assert_eq!(skills.level(&SkillName::new("s3").unwrap()), 9);
        assert_eq!(skills.iter().count(), MAX_SKILLS);
    }
}
