//! Who pays for the buffers of events: the page that drives, or nobody but the program while that page is away.

/// What was paid for a run's buffers so far.
#[derive(Debug)]
pub struct Credits {
    /// Buffers that nobody has paid for: the run has so many credits less.
    unpaid: u64,
    /// Credits that the page will send although they were paid in its place.
    debt: u64,
    /// Whether no page drives the run.
    alone: bool,
    /// Whether it goes on then.
    goes: bool,
}

impl Credits {
    /// Of a run that a page drives; `goes` says what becomes of it when that page is away.
    pub fn new(goes: bool) -> Self {
        Self { unpaid: 0, debt: 0, alone: false, goes }
    }

    /// The source starts another run, with all its credits; what the one before owed is forgotten.
    pub fn started(&mut self) {
        (self.unpaid, self.debt) = (0, 0);
    }

    /// The run told of its steps. Returns how many credits it is given at once, here and below.
    pub fn told(&mut self) -> u64 {
        self.unpaid += 1;
        self.in_its_place()
    }

    /// The page that drives is away.
    pub fn left(&mut self) -> u64 {
        self.alone = true;
        self.in_its_place()
    }

    /// It is back.
    pub fn back(&mut self) {
        self.alone = false;
    }

    /// Another page drives, which has this number of buffers still to paint.
    pub fn taken(&mut self, to_paint: u64) -> u64 {
        (self.debt, self.alone) = (to_paint, false);
        std::mem::take(&mut self.unpaid)
    }

    /// The page has paid; whether the run is to have it.
    pub fn paid(&mut self) -> bool {
        if self.debt > 0 {
            self.debt -= 1;
            return false;
        }
        self.unpaid = self.unpaid.saturating_sub(1);
        true
    }

    fn in_its_place(&mut self) -> u64 {
        if !(self.alone && self.goes) {
            return 0;
        }
        let paid = std::mem::take(&mut self.unpaid);
        self.debt += paid;
        paid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run with three credits tells whenever it has one.
    struct Run {
        credits: Credits,
        has: u64,
        told: u64,
    }

    impl Run {
        fn new(goes: bool) -> Self {
            Self { credits: Credits::new(goes), has: 3, told: 0 }
        }

        fn tells(&mut self, most: u64) {
            for _ in 0..most {
                if self.has > 0 {
                    self.has -= 1;
                    self.told += 1;
                    self.has += self.credits.told();
                }
            }
        }

        fn is_paid(&mut self) {
            self.has += u64::from(self.credits.paid());
        }
    }

    #[test]
    fn a_run_that_is_left_goes_on_and_later_has_no_more_credits_than_before() {
        let mut run = Run::new(true);
        run.tells(10);
        assert_eq!((run.told, run.has), (3, 0));
        run.has += run.credits.left();
        run.tells(100);
        assert_eq!((run.told, run.has), (103, 3));
        run.credits.back();
        run.tells(100);
        assert_eq!((run.told, run.has), (106, 0));
        // The page paints all of them: those 103 were paid for.
        (0..106).for_each(|_| run.is_paid());
        assert_eq!((run.has, run.credits.debt, run.credits.unpaid), (3, 0, 0));
    }

    #[test]
    fn a_run_that_is_to_rest_waits_for_its_page() {
        let mut run = Run::new(false);
        run.has += run.credits.left();
        run.tells(100);
        assert_eq!((run.told, run.has), (3, 0));
        run.credits.back();
        run.is_paid();
        run.tells(100);
        assert_eq!(run.told, 4);
    }

    #[test]
    fn who_takes_a_run_over_pays_for_what_comes_from_then_on() {
        let mut run = Run::new(true);
        run.tells(10);
        (0..3).for_each(|_| run.is_paid());
        run.tells(2);
        run.has += run.credits.taken(5);
        (0..5).for_each(|_| run.is_paid());
        assert_eq!((run.told, run.has), (5, 3));
        run.tells(10);
        (0..3).for_each(|_| run.is_paid());
        assert_eq!((run.told, run.has, run.credits.debt), (8, 3, 0));
    }

    #[test]
    fn a_new_run_owes_nothing() {
        let mut run = Run::new(true);
        run.has += run.credits.left();
        run.tells(9);
        run.credits.back();
        run.credits.started();
        run.has = 3;
        run.tells(9);
        run.is_paid();
        assert_eq!(run.has, 1);
    }
}
