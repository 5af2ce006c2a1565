// heed-bench: measures what the trainer does, on the trainer's own executables.
#include <cstdio>
#include <exception>

#include "commands.h"
#include <CLI/CLI.hpp>

#include <heed/graph/error.h>

namespace {

// Standard error may be full or closed; then the exit status says it alone.
int fail(const char* kind, const std::exception& error) noexcept {
  std::fprintf(stderr, "heed-bench: %s%s\n", kind, error.what());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures heed's speed.", "heed-bench");
  app.require_subcommand(1);
  heed::bench::add_compile(app);
  heed::bench::add_decode(app);
  heed::bench::add_ops(app);
  heed::bench::add_train(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const heed::Error& error) {
    return fail("", error);
  } catch (const std::exception& error) {
    return fail("unexpected: ", error);
  }
  return 0;
}
