// heed-translate: trains a Transformer on parallel text and translates with it. Flags and printing only; the
// work is done by the library, in the same way as a program of one's own would do it.
#include <csignal>
#include <cstdio>
#include <exception>

#include "command_line.h"

namespace {

// Standard error may be full or closed; then the exit status says it alone.
int fail(const char* kind, const char* message) noexcept {
  std::fprintf(stderr, "heed-translate: %s%s\n", kind, message);
  return 1;
}

int run(CLI::App& app, int argc, char** argv, const int& status) {
  try {
    app.parse(argc, argv);
    return status;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const heed::translate::WrongFlag& error) {
    std::fprintf(stderr, "%s\nRun with --help for more information.\n", error.what());
    return 2;
  } catch (const heed::Error& error) {
    return fail("", error.what());
  } catch (const std::exception& error) {
    if (std::ferror(stdout)) return 0;  // what was thrown is about that; main says it
    return fail("unexpected: ", error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the size limit is then an error like any other
  CLI::App app("Trains a Transformer on parallel text and translates with it.", "heed-translate");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of all commands");
  int status = 0;
  heed::translate::add_train(app, status);
  heed::translate::add_others(app, status);
  status = run(app, argc, argv, status);
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return status == 0 && !written ? fail("", "cannot write to standard output") : status;
}
