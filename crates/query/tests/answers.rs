//! Questions about the example organization and their answers.

mod example;

use example::ask;

#[test]
fn scratch() {
    for text in std::fs::read_to_string("/tmp/q.txt").unwrap().lines() {
        let start = std::time::Instant::now(); let a = ask(text); println!(">>> {text} [{:?}]\n{a}", start.elapsed());
    }
}
