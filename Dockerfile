# A static program in a small image with git, which --since and --staged ask; it runs as nobody in particular.
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev gcc make
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY analyzer analyzer
COPY rules rules
COPY benches benches
COPY README.md ./
RUN cargo build --release --locked --bin rearguard

FROM alpine:3
# The mounted repository belongs to somebody else.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /build/target/release/rearguard /usr/local/bin/rearguard
USER 65532:65532
WORKDIR /code
ENTRYPOINT ["rearguard"]
CMD ["check"]
