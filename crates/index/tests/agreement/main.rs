//! The index against the judge, on random small organizations.

mod harness;

#[test]
fn the_same_number_draws_the_same_case() {
    let counts = harness::case::Counts {
        can: 3,
        reach: 2,
        region: 2,
    };
    for number in 0..50 {
        let case = harness::case::Case::draw(1, number, counts);
        assert_eq!(case, harness::case::Case::draw(1, number, counts));
        let text = serde_json::to_string(&case).expect("a case can be written down");
        let read: harness::case::Case = serde_json::from_str(&text).expect("and read");
        assert_eq!(case, read);
        let graph =
            whocan_graph::Graph::build_with(&case.world.snapshot(), &harness::case::callers());
        println!(
            "{number}: {} bytes, {} principals, {} documents",
            text.len(),
            graph.principals().len(),
            graph.documents().len()
        );
        if number == 3 {
            println!("{}", serde_json::to_string_pretty(&case).unwrap());
        }
    }
}
