// heed-conformance: holds a backend to what every backend must do, and says where it fails.
#include <cstdio>
#include <fstream>

#include "conformance.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <heed/backends/backend_library.h>

namespace {

struct Flags {
  std::string backend, library, report;
  std::vector<std::string> without;
  heed::ConformanceOptions options;
};

std::shared_ptr<heed::Backend> open(const Flags& flags) {
  const heed::BackendOptions options{.without = flags.without};
  return flags.library.empty() ? heed::open_backend(flags.backend, options)
                               : heed::open_backend_library(flags.library, options);
}

int run(const Flags& flags) {
  const heed::ConformanceReport report = heed::check_conformance(open(flags), flags.options);
  fmt::print("{}", to_text(report));
  if (!flags.report.empty()) {
    std::ofstream file(flags.report);
    file << to_json(report);
    file.close();
    if (!file) throw heed::Error(fmt::format("{} cannot be written", flags.report));
  }
  return report.passed() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app(
      "Holds a backend to what every backend must do: the op table, random graphs, memory, training");
  CLI::Option* name = app.add_option("--backend", flags.backend, "A built-in backend by name");
  CLI::Option* library = app.add_option("--backend-library", flags.library, "A shared library that has one");
  name->excludes(library);
  app.add_option("--without", flags.without, "A feature of the device that is not to be used (repeatable)");
  app.add_option("--report", flags.report, "Write the results to this file, as JSON");
  app.add_option("--random-graphs", flags.options.random_graphs, "How many (100)");
  app.add_option("--training-steps", flags.options.training_steps, "Of each family of models (5)");
  try {
    app.parse(argc, argv);
    if (flags.backend.empty() == flags.library.empty())
      throw CLI::RequiredError("--backend NAME or --backend-library FILE");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(flags);
  } catch (const heed::Error& error) {
    fmt::print(stderr, "heed-conformance: {}\n", error.what());
    return 2;
  }
}
