//! A list that grows at its end, of which beginnings are taken without a copy: a run that is looked back at is one.

use std::ops::Deref;
use std::rc::Rc;

/// The first items of a list that others may share.
#[derive(Clone, Debug)]
pub struct Beginning<T> {
    all: Rc<Vec<T>>,
    count: usize,
}

impl<T> Default for Beginning<T> {
    fn default() -> Self {
        Self { all: Rc::default(), count: 0 }
    }
}

impl<T> Deref for Beginning<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.all[..self.count]
    }
}

impl<T: Clone> Beginning<T> {
    /// The items up to the first of which this is not true, where it is true of none after that.
    pub fn while_true(&self, is_in: impl Fn(&T) -> bool) -> Self {
        Self { all: self.all.clone(), count: self.partition_point(is_in) }
    }

    /// One more item. Who shares the list keeps what it has.
    pub fn push(&mut self, item: T) {
        self.own().push(item);
        self.count += 1;
    }

    /// Without the last item.
    pub fn pop(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    /// Only the items of which this is true.
    pub fn retain(&mut self, is_kept: impl FnMut(&T) -> bool) {
        let own = self.own();
        own.retain(is_kept);
        self.count = own.len();
    }

    /// The items as a list that nobody shares.
    fn own(&mut self) -> &mut Vec<T> {
        let count = self.count;
        let own = Rc::make_mut(&mut self.all);
        own.truncate(count);
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_stays_as_it_is_whatever_becomes_of_the_list() {
        let mut list = Beginning::default();
        (0..10).for_each(|item| list.push(item));
        let five = list.while_true(|item| *item < 5);
        assert!(Rc::ptr_eq(&list.all, &five.all), "nothing is copied");
        list.pop();
        list.push(20);
        list.retain(|item| item % 2 == 0);
        assert_eq!((&*five, &*list), (&[0, 1, 2, 3, 4][..], &[0, 2, 4, 6, 8, 20][..]));
        let mut longer = five.clone();
        longer.push(7);
        assert_eq!((&*longer, &*five), (&[0, 1, 2, 3, 4, 7][..], &[0, 1, 2, 3, 4][..]));
    }
}
