//! A raster picture within a drawing: as PNG, written into the drawing itself.

use crate::failure::Failure;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Encoder, EncodingError};
use scene::Pixels;

/// The pixels as an address that holds all of them.
///
/// # Errors
/// If they do not make a picture: a mistake in the program.
pub fn data_address(pixels: &Pixels) -> Result<String, Failure> {
    let no_picture = |error: EncodingError| Failure::Internal(format!("a picture could not be made: {error}"));
    let encoded = STANDARD.encode(encode(pixels).map_err(no_picture)?);
    Ok(format!("data:image/png;base64,{encoded}"))
}

fn encode(Pixels { width, height, rgba }: &Pixels) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let [width, height] = [*width, *height].map(|length| u32::try_from(length).unwrap_or(u32::MAX));
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgba)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn every_pixel_is_in_the_address() {
        let rgba: Vec<u8> = (0..3 * 2 * 4).collect();
        let address = data_address(&Pixels { width: 3, height: 2, rgba: rgba.clone() }).unwrap();
        let bytes = STANDARD.decode(address.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
        let mut found = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut found).unwrap();
        assert_eq!((info.width, info.height, found), (3, 2, rgba));
    }

    #[test]
    fn what_is_no_picture_is_a_mistake_of_the_program() {
        let found = data_address(&Pixels { width: 3, height: 2, rgba: vec![0; 5] });
        assert!(matches!(found, Err(Failure::Internal(_))));
    }
}
