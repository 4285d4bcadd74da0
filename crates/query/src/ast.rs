//! What a text says, as a tree: still names, no snapshot needed.
//!
//! Trees compare by meaning: spans never differ ([`Span`]), and parentheses
//! leave no node. `Display` gives the canonical text, which parses to the
//! same tree (see `format.rs`).

/// A stretch of the text, in bytes.
///
/// Any two spans are equal, so that trees compare by what they say and not by
/// where they say it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl PartialEq for Span {
    fn eq(&self, _: &Span) -> bool {
        true
    }
}

impl Eq for Span {}

impl Span {
    /// Returns the span from the start of `self` to the end of `other`.
    pub fn to(self, other: Span) -> Span {
        Span {
            start: self.start,
            end: other.end,
        }
    }
}

/// A piece of the text that stands somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What it says.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A whole text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ast {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The whole statement without its semicolon.
    pub span: Span,
    /// Every snapshot that an `as of` in it names, also inside of parentheses.
    pub as_of: Vec<String>,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// `let NAME = SET`
    Let {
        /// The new name.
        name: Spanned<String>,
        /// What it stands for.
        set: Set,
    },
    /// `assert BOUND [as collected] QUESTION`
    Assert {
        /// What the rows must satisfy.
        bound: Bound,
        /// Whether gaps count as a fresh account's defaults.
        as_collected: bool,
        /// The question judged.
        question: Question,
    },
    /// A question to answer.
    Ask(Question),
    /// `plan QUESTION`: say how it would run.
    Plan(Question),
}

/// How many rows an assertion permits, or which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// No row.
    None,
    /// One row at least.
    Some,
    /// This many rows.
    Exactly(u64),
    /// No more rows.
    AtMost(u64),
    /// No fewer rows.
    AtLeast(u64),
    /// Only rows whose own column lies in the set.
    Only(Set),
}

/// A shape and its clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Whether only the number of rows is asked for.
    pub count: bool,
    /// What is asked.
    pub shape: Shape,
    /// Under which clauses.
    pub clauses: Clauses,
    /// The whole question.
    pub span: Span,
}

/// The shapes of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `who FILTER... can ACCESS`
    Who {
        /// Narrow the principals.
        filters: Vec<Filter>,
        /// What they can.
        access: Access,
    },
    /// `which SET can ACCESS`: principals of the set.
    WhichPrincipals {
        /// The principals asked about.
        set: Set,
        /// What they can.
        access: Access,
    },
    /// `which SET can SUBJECT [reach] [ACTIONS]`: resources of the set.
    WhichResources {
        /// The resources asked about.
        set: Set,
        /// Who acts.
        subject: Set,
        /// Over chains.
        reach: bool,
        /// With which actions; none means to become one of the set.
        actions: Option<Actions>,
    },
    /// `what can SUBJECT do|reach [on SET]`
    What {
        /// Who acts.
        subject: Set,
        /// Over chains.
        reach: bool,
        /// On what.
        on: Option<On>,
    },
    /// `can SUBJECT ACCESS`
    Can {
        /// Who acts.
        subject: Set,
        /// What is done.
        access: Access,
    },
    /// `why [not] [can] SUBJECT ACCESS`
    Why {
        /// `why not`.
        not: bool,
        /// Who acts.
        subject: Set,
        /// What is done.
        access: Access,
    },
    /// `paths from SET to AIM`
    Paths {
        /// Which of the paths.
        kind: PathKind,
        /// Where they start.
        from: Set,
        /// Where they end.
        to: Aim,
    },
    /// `cycles`
    Cycles,
    /// `list SET`
    List {
        /// What to list.
        set: Set,
    },
    /// `show SET`
    Show {
        /// The one thing to show.
        set: Set,
    },
    /// `matrix SET by SET [reach DEED]`
    Matrix {
        /// Rows: where access starts.
        rows: Set,
        /// Columns: where it ends.
        columns: Set,
        /// Which access; none is any way in.
        reach: Option<Deed>,
    },
}

/// Which paths are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// `paths`: the shortest for each pair of ends.
    Paths,
    /// `shortest path`: the shortest of all.
    Shortest,
    /// `all paths`: every path without a cycle, bounded.
    All,
}

/// What is done, by oneself or over chains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Where `reach` stands, if it does.
    pub reach: Option<Span>,
    /// What it leads to.
    pub aim: Aim,
    /// The whole access.
    pub span: Span,
}

/// What access leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Doing something.
    Deed(Deed),
    /// Becoming one of these principals.
    Become(Set),
}

/// Actions, and on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The actions.
    pub actions: Actions,
    /// The resources; none means any that the action takes.
    pub on: Option<On>,
}

/// Action names and patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actions {
    /// Where `all of` stands, if each action is asked for.
    pub all: Option<Span>,
    /// As written: `s3:GetObject`, `s3:Get*`, `*`.
    pub names: Vec<Spanned<String>>,
    /// All of them.
    pub span: Span,
}

/// `on [all of] SET`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct On {
    /// Where `all of` stands, if the whole set is asked for.
    pub all: Option<Span>,
    /// The resources.
    pub set: Set,
}

/// A set of principals or resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// How it is put together.
    pub kind: SetKind,
    /// The whole set.
    pub span: Span,
}

/// How a set is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetKind {
    /// A bare word: a kind, a keyword like `public`, or a `let` name.
    Name(String),
    /// A shorthand, an ARN, a glob, or anything that was quoted.
    Thing(String),
    /// `(question)`
    Question(Box<Question>),
    /// `a or b minus c`, from left to right.
    Chain {
        /// The leftmost operand.
        first: Box<Set>,
        /// The others, each with the operator before it; at least one.
        rest: Vec<(SetOperator, Set)>,
    },
    /// `a and b`; at least two.
    And(Vec<Set>),
    /// `set filter...`; at least one filter.
    Filtered {
        /// What is narrowed.
        set: Box<Set>,
        /// By what.
        filters: Vec<Filter>,
    },
}

/// The loosest operators between sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperator {
    /// Union.
    Or,
    /// Difference.
    Minus,
}

/// Narrows a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// How.
    pub kind: FilterKind,
    /// The whole filter.
    pub span: Span,
}

/// How a set is narrowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterKind {
    /// `with PREDICATE`
    With(Predicate),
    /// `in account/prod`
    In(Place),
    /// `outside org`
    Outside(Place),
}

/// Where things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The organization of the snapshot.
    Org,
    /// Accounts or organizational units.
    Set(Box<Set>),
}

/// A boolean expression over attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicate {
    /// How it is put together.
    pub kind: PredicateKind,
    /// The whole predicate.
    pub span: Span,
}

/// How a predicate is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PredicateKind {
    /// One holds; at least two.
    Or(Vec<Predicate>),
    /// All hold; at least two.
    And(Vec<Predicate>),
    /// It does not hold; never a `Not` inside.
    Not(Box<Predicate>),
    /// `attribute operator value`
    Test {
        /// What is looked at.
        attribute: Attribute,
        /// What must hold.
        test: Test,
    },
}

/// An attribute: `principal.account`, `tag.team`, `tag["cost:center"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The dotted name in lower case, without the key.
    pub name: String,
    /// The key behind `tag.` or in brackets, as written.
    pub key: Option<String>,
    /// The whole attribute.
    pub span: Span,
}

/// What must hold of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// It is true.
    Holds,
    /// It has a value.
    Exists,
    /// It compares so with a value.
    Compare(Spanned<Comparator>, Value),
    /// It is one of these.
    In(Choice),
}

/// The operators between attribute and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `like`: a glob.
    Like,
    /// `matches`: a regular expression.
    Matches,
    /// `has`: a list contains the value.
    Has,
}

/// What `in` chooses from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// `(prod, test)`
    Values(Vec<Value>),
    /// A set.
    Set(Box<Set>),
}

/// A value beside an attribute or a context key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// A bare word: a text, a number, or another attribute.
    Word(String),
    /// Quoted text, never anything else.
    Quoted(String),
    /// The time of the snapshot, or so long before it.
    Moment(Option<Ago>),
}

impl Value {
    /// Returns the text of a word or quoted text.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Word(text) | ValueKind::Quoted(text) => Some(text),
            ValueKind::Moment(_) => None,
        }
    }
}

/// A stretch of time as written: `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ago {
    /// How many units.
    pub count: u32,
    /// `m`, `h`, `d`, `w` or `y`.
    pub unit: char,
}

/// The clauses of a question, each at most once unless it is a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clauses {
    /// `where`; all must hold.
    pub filter: Vec<Predicate>,
    /// `except`
    pub except: Vec<Set>,
    /// `via`
    pub via: Option<Spanned<Vec<Spanned<String>>>>,
    /// `within N hops`
    pub within: Option<Spanned<u64>>,
    /// `through`; each must be passed.
    pub through: Vec<Set>,
    /// `avoiding`
    pub avoiding: Vec<Set>,
    /// `given`
    pub given: Vec<Given>,
    /// `under session policy`
    pub session_policy: Option<Spanned<Value>>,
    /// `through access point`
    pub access_point: Option<Spanned<Value>>,
    /// `ignoring`
    pub ignoring: Vec<Spanned<String>>,
    /// `surely` or `possibly`
    pub certainty: Option<Spanned<Certainty>>,
    /// `as collected`
    pub as_collected: Option<Span>,
    /// `as of`
    pub as_of: Option<Spanned<Value>>,
    /// `including dependencies`
    pub dependencies: Option<Span>,
    /// `group by`
    pub group_by: Vec<Attribute>,
    /// `order by`
    pub order_by: Vec<OrderKey>,
    /// `limit`
    pub limit: Option<Spanned<u64>>,
    /// `return`
    pub returning: Vec<Attribute>,
    /// `expand`
    pub expand: Option<Span>,
    /// `explain`
    pub explain: Option<Span>,
}

/// Which plane counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Only what holds in any case.
    Surely,
    /// Also what may hold.
    Possibly,
}

/// What is given for a context key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The context key as written.
    pub key: Spanned<String>,
    /// Its state.
    pub state: GivenState,
}

/// The state given for a context key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenState {
    /// The request has it with this value.
    Equals(Value),
    /// The request has it with one of these values.
    In(Vec<Value>),
    /// The request does not have it.
    Absent,
    /// The request has it with some value.
    Present,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey {
    /// What is compared.
    pub attribute: Attribute,
    /// Whether the largest comes first.
    pub descending: bool,
}
