//! The bronze-drum rosette behind the text, and a simplified national emblem.

use std::f32::consts::TAU;

use crate::canvas::{Canvas, Ink};

fn polar(centre: (f32, f32), radius: f32, angle: f32) -> (f32, f32) {
    (centre.0 + radius * angle.sin(), centre.1 - radius * angle.cos())
}

/// A drum of this radius.
pub fn drum(canvas: &mut Canvas<'_>, centre: (f32, f32), radius: f32, ink: Ink) {
    for (share, line) in [
        (1.0, 0.02),
        (0.955, 0.008),
        (0.83, 0.008),
        (0.81, 0.004),
        (0.60, 0.012),
        (0.575, 0.004),
        (0.47, 0.006),
        (0.30, 0.01),
        (0.27, 0.004),
    ] {
        canvas.circle(centre, radius * share, radius * line, ink);
    }
    teeth(canvas, centre, (radius * 0.94, radius * 0.85), 96, ink);
    teeth(canvas, centre, (radius * 0.565, radius * 0.52), 64, ink);
    teeth(canvas, centre, (radius * 0.28, radius * 0.34), 40, ink);
    for lift in [0.0, 0.035] {
        let wave: Vec<_> = (0..=320)
            .map(|i| {
                let angle = i as f32 / 320.0 * TAU;
                polar(centre, radius * (0.69 + lift + 0.05 * (angle * 16.0).sin()), angle)
            })
            .collect();
        canvas.polyline(&wave, radius * 0.014, ink);
    }
    for i in 0..28 {
        let angle = i as f32 / 28.0 * TAU;
        let at = |r: f32, turn: f32| polar(centre, radius * r, angle + turn);
        let corners = [at(0.43, 0.0), at(0.405, 0.03), at(0.38, 0.0), at(0.405, -0.03), at(0.43, 0.0)];
        canvas.polyline(&corners, radius * 0.005, ink);
    }
    canvas.polygon(&star(centre, radius * 0.245, radius * 0.075, 14), ink);
}

fn teeth(canvas: &mut Canvas<'_>, centre: (f32, f32), (base, tip): (f32, f32), count: u32, ink: Ink) {
    for i in 0..count {
        let angle = i as f32 / count as f32 * TAU;
        let half = TAU / count as f32 * 0.34;
        canvas.polygon(&[polar(centre, base, angle - half), polar(centre, tip, angle), polar(centre, base, angle + half)], ink);
    }
}

/// The outline of a star.
pub(super) fn star(centre: (f32, f32), outer: f32, inner: f32, rays: u32) -> Vec<(f32, f32)> {
    (0..rays * 2).map(|i| polar(centre, if i % 2 == 0 { outer } else { inner }, i as f32 / (rays * 2) as f32 * TAU)).collect()
}

/// Two ears of rice around the lower three quarters of a circle.
pub(super) fn wreath(canvas: &mut Canvas<'_>, centre: (f32, f32), radius: f32, ink: Ink) {
    for side in [-1.0_f32, 1.0] {
        for i in 0..13 {
            let angle = side * (0.32 + 0.165 * i as f32);
            for lean in [-1.0_f32, 1.0] {
                let root = polar(centre, radius, angle + side * 0.10);
                let tip = polar(centre, radius * (1.0 + 0.12 * lean), angle - side * 0.05);
                canvas.line(root, tip, radius * 0.055, ink);
            }
        }
    }
}

/// A gear.
pub(super) fn gear(canvas: &mut Canvas<'_>, centre: (f32, f32), radius: f32, ink: Ink) {
    canvas.circle(centre, radius, radius * 0.38, ink);
    for i in 0..12 {
        let angle = i as f32 / 12.0 * TAU;
        canvas.line(polar(centre, radius * 1.1, angle), polar(centre, radius * 1.4, angle), radius * 0.28, ink);
    }
}

/// The emblem at the head of a certificate.
pub fn emblem(canvas: &mut Canvas<'_>, centre: (f32, f32), radius: f32) {
    let (red, gold) = (Ink(200, 36, 40, 255), Ink(250, 214, 110, 255));
    canvas.disc(centre, radius, red);
    canvas.circle(centre, radius * 0.98, radius * 0.05, gold);
    wreath(canvas, centre, radius * 0.84, gold);
    canvas.polygon(&star((centre.0, centre.1 - radius * 0.26), radius * 0.36, radius * 0.14, 5), gold);
    gear(canvas, (centre.0, centre.1 + radius * 0.47), radius * 0.2, gold);
    let (w, h) = (radius * 0.72, radius * 0.2);
    canvas.block(centre.0 - w, centre.1 + radius * 0.84, w * 2.0, h, red);
    canvas.frame(centre.0 - w, centre.1 + radius * 0.84, w * 2.0, h, radius * 0.04, gold);
}
