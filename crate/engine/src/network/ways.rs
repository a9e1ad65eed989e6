//! The two ways through a block.

/// One thing for each of the two ways through a block: over the shortcut, and through the branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways<T> {
    /// Of the way over the shortcut.
    pub shortcut: T,
    /// Of the way through the branch.
    pub branch: T,
}

/// The weights of the two terms at a block's join, y = f(a·h(x) + b·F(x)). `shortcut` is a, the shortcut's strength;
/// `branch` is b: 1, or 0 where the branch is left out (stochastic depth, ablation), or its probability where stochastic
/// depth is tested. A term of weight 0 is left out: it costs and carries nothing.
pub type Join = Ways<f64>;

impl Join {
    /// The whole branch, and the shortcut at this strength.
    pub fn at(strength: f64) -> Self {
        Self { shortcut: strength, branch: 1.0 }
    }
}

impl<T> Ways<T> {
    /// What `f` makes of each.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Ways<U> {
        Ways { shortcut: f(self.shortcut), branch: f(self.branch) }
    }

    /// Each with the other's.
    pub fn zip<U>(self, other: Ways<U>) -> Ways<(T, U)> {
        Ways { shortcut: (self.shortcut, other.shortcut), branch: (self.branch, other.branch) }
    }

    /// Each by reference.
    pub fn as_ref(&self) -> Ways<&T> {
        Ways { shortcut: &self.shortcut, branch: &self.branch }
    }
}

impl<T> Ways<Option<T>> {
    /// The one that there is, or what `add` makes of both; `None` if there is none.
    pub(crate) fn sum<E>(self, add: impl FnOnce(Ways<T>) -> Result<T, E>) -> Result<Option<T>, E> {
        Ok(match self {
            Self { shortcut: Some(shortcut), branch: Some(branch) } => Some(add(Ways { shortcut, branch })?),
            Self { shortcut, branch } => shortcut.or(branch),
        })
    }
}

impl<T, E> Ways<Result<T, E>> {
    /// Both, or the first error.
    pub(crate) fn transpose(self) -> Result<Ways<T>, E> {
        Ok(Ways { shortcut: self.shortcut?, branch: self.branch? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_of_what_there_is() {
        let add = |ways: Ways<i32>| Ok::<_, ()>(10 * ways.shortcut + ways.branch);
        let sum = |shortcut, branch| Ways { shortcut, branch }.sum(add).unwrap();
        assert_eq!(sum(Some(1), Some(2)), Some(12));
        assert_eq!(sum(Some(1), None), Some(1));
        assert_eq!(sum(None, Some(2)), Some(2));
        assert_eq!(sum(None, None), None);
    }
}
