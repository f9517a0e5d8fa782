//! Text form of the IR for tests.
