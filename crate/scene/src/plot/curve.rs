//! Long curves made short enough to draw.

/// The stretches between missing points.
pub fn pieces(points: impl Iterator<Item = Option<[f64; 2]>>) -> Vec<Vec<[f64; 2]>> {
    let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut open = false;
    for point in points {
        match (point, pieces.last_mut()) {
            (Some(point), Some(piece)) if open => piece.push(point),
            (Some(point), _) => pieces.push(vec![point]),
            (None, _) => {}
        }
        open = point.is_some();
    }
    pieces
}

/// At most the first, the lowest, the highest and the last point of each column of pixels, in order: the picture does not
/// change. Points come with growing x.
pub fn thinned(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut kept = Vec::new();
    let mut rest = points;
    while let Some([x, _]) = rest.first() {
        let end = x.floor() + 1.0;
        let (column, after) = rest.split_at(rest.partition_point(|[x, _]| *x < end).max(1));
        rest = after;
        if column.len() <= 4 {
            kept.extend_from_slice(column);
            continue;
        }
        let (mut lowest, mut highest) = (0, 0);
        for (index, [_, y]) in column.iter().enumerate() {
            if *y < column[lowest][1] {
                lowest = index;
            }
            if *y >= column[highest][1] {
                highest = index;
            }
        }
        let mut indices = [0, lowest, highest, column.len() - 1];
        indices.sort_unstable();
        kept.extend(
            indices.iter().enumerate().filter(|(i, at)| *i == 0 || indices[i - 1] != **at).map(|(_, at)| column[*at]),
        );
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_point_breaks_the_curve() {
        let [a, b, c] = [[0.0, 1.0], [1.0, 1.0], [3.0, 2.0]];
        assert_eq!(pieces([Some(a), Some(b), None, None, Some(c)].into_iter()), [vec![a, b], vec![c]]);
        assert!(pieces([None, None].into_iter()).is_empty());
    }

    #[test]
    fn thinning_keeps_the_ends_and_the_extremes_of_every_column() {
        let points: Vec<_> = (0..5000).map(|i| [i as f64 / 50.0, ((i * 7919) % 997) as f64]).collect();
        let kept = thinned(&points);
        assert!(kept.len() <= 400 && kept.windows(2).all(|w| w[0][0] <= w[1][0]));
        assert_eq!((kept.first(), kept.last()), (points.first(), points.last()));
        for column in 0..100 {
            let extremes = |points: &[[f64; 2]]| {
                let inside = points.iter().filter(|p| p[0].floor() == column as f64).map(|p| p[1]);
                inside.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)))
            };
            assert_eq!(extremes(&kept), extremes(&points));
        }
    }
}
