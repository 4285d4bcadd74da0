//! The rules that requests are counted by, and those that no count can show.

/// The rules that the judge notes when it uses them. Each must be used by some
/// request and help decide some, or nothing is compared about it.
pub const NOTED: &[u16] = &[
    1, 5, 6, 12, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 32, 33, 34, 35, 36, 37, 39, 41,
    43, 44, 51, 52, 53, 55, 62, 64, 65, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81,
    82, 83, 84, 85, 87, 88, 89, 90, 93, 94, 97, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108,
    109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
    128, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147,
    148, 149, 150, 151, 152, 153, 157, 158, 159, 160, 161, 162, 163, 164, 167, 168, 169, 170, 171,
    172, 173, 174, 175, 176, 177, 178, 179, 180, 182, 183, 184, 185, 186, 187, 188, 189, 192, 193,
    195, 196, 197, 198, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 215, 217,
    220, 221, 222, 224, 227, 228, 229, 230, 231, 232, 233, 234, 236, 237, 238, 239, 240,
];

/// The other rules, by why the judge has nothing to note.
pub const UNSEEN: &[(&str, &[u16])] = &[
    (
        "the calculus itself: three values, four states, nodes, a search that ends",
        &[2, 3, 4, 226, 235],
    ),
    (
        "settled when a document is read, before anybody asks",
        &[7, 8, 9, 10, 11, 13, 14, 15, 16, 18],
    ),
    (
        "how one text fits another, or how conditions join: code that both sides share, which the cases prove",
        &[
            40, 42, 45, 46, 47, 48, 49, 50, 54, 56, 57, 58, 59, 60, 61, 63, 66, 86, 91, 92, 95, 96,
            98,
        ],
    ),
    (
        "a form of another rule, under whose number it counts: R28, R30, R19 with R101, R19, R146, R19, R232, R215, R30",
        &[
            29, 31, 38, 129, 154, 155, 156, 165, 199, 213, 216, 218, 219, 223,
        ],
    ),
    (
        "no decision: information, a finding, or a question of its own",
        &[166, 181, 190, 191, 194, 214, 225],
    ),
];
