// heed-translate: trains a Transformer on parallel text and translates with it. Flags and printing only; the
// work is done by the library, in the same way as a program of one's own would do it.
#include <csignal>
#include <cstdio>
#include <exception>

#include "commands.h"
#include <CLI/CLI.hpp>

#include <heed/graph/error.h>

namespace {

// Standard error may be full or closed; then the exit status says it alone.
int fail(const char* kind, const std::exception& error) noexcept {
  std::fprintf(stderr, "heed-translate: %s%s\n", kind, error.what());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the size limit is then an error like any other
  CLI::App app("Trains a Transformer on parallel text and translates with it.", "heed-translate");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of all commands");
  int status = 0;
  heed::translate::add_train(app, status);
  heed::translate::add_translate(app, status);
  heed::translate::add_test(app, status);
  heed::translate::add_evaluate(app, status);
  heed::translate::add_score(app, status);
  heed::translate::add_inspect(app, status);
  heed::translate::add_backends(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const heed::Error& error) {
    return fail("", error);
  } catch (const std::exception& error) {
    return fail("unexpected: ", error);
  }
  return status;
}
