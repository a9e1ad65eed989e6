//! Max pooling by operations that Candle has on every device, for devices other than the CPU. The tests run exactly this on
//! the CPU.

use super::pool::Axis;
use candle_core::{Result, Tensor};

/// The largest value of each window, and u32 its index within the input plane, both `[N, C, OH, OW]`.
///
/// All windows advance together, one pixel of each at a time. A place beyond the edge is replaced by the nearest one that
/// the window covers: a pixel that is seen twice in a row wins no second time.
pub(super) fn maxima(x: &Tensor, rows: Axis, columns: Axis) -> Result<(Tensor, Tensor)> {
    let x = x.contiguous()?;
    let mut best: Option<(Tensor, Tensor)> = None;
    for row_tap in 0..rows.kernel {
        let row_places = rows.places(row_tap);
        let lines = x.index_select(&Tensor::new(row_places.as_slice(), x.device())?, 2)?;
        for column_tap in 0..columns.kernel {
            let column_places = columns.places(column_tap);
            let pixels = lines.index_select(&Tensor::new(column_places.as_slice(), x.device())?, 3)?;
            let place = |row: &u32, column: &u32| row * columns.size as u32 + column;
            let places: Vec<u32> =
                row_places.iter().flat_map(|row| column_places.iter().map(move |column| place(row, column))).collect();
            let places = Tensor::from_vec(places, (row_places.len(), column_places.len()), x.device())?;
            let places = places.broadcast_as(pixels.dims())?;
            best = Some(match best {
                None => (pixels, places.contiguous()?),
                Some((largest, winners)) => {
                    // Greater, or NaN.
                    let wins = (pixels.gt(&largest)? + pixels.ne(&pixels)?)?;
                    (wins.where_cond(&pixels, &largest)?, wins.where_cond(&places, &winners)?)
                }
            });
        }
    }
    match best {
        Some(best) => Ok(best),
        None => candle_core::bail!("max_pool: a window without pixels"),
    }
}

/// Adds each element of g to its winner, in planes of zeros.
pub(super) fn scatter(
    (batch, channels, height, width): (usize, usize, usize, usize),
    winners: &Tensor,
    g: &Tensor,
) -> Result<Tensor> {
    let planes = Tensor::zeros((batch * channels, height * width), g.dtype(), g.device())?;
    let lines = |x: &Tensor| x.contiguous()?.reshape((batch * channels, ()));
    planes.scatter_add(&lines(winners)?, &lines(g)?, 1)?.reshape((batch, channels, height, width))
}
