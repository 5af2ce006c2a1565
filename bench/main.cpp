// heed-bench: measures what the trainer does, on the trainer's own executables.
#include <cstdio>
#include <exception>

#include "commands.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <heed/graph/error.h>

int main(int argc, char** argv) {
  CLI::App app("Measures heed's speed.", "heed-bench");
  app.require_subcommand(1);
  heed::bench::add_compile(app);
  heed::bench::add_train(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const heed::Error& error) {
    fmt::print(stderr, "heed-bench: {}\n", error.what());
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "heed-bench: unexpected: {}\n", error.what());
    return 1;
  }
  return 0;
}
