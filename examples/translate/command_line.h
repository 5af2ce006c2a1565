// How heed-translate's command line is written. Only what includes this knows CLI11, which takes long to
// compile.
#pragma once

#include <array>

#include <CLI/CLI.hpp>

#include "commands.h"

namespace heed::translate {

// Each adds its command's flags; its work runs while they are parsed, and leaves its exit status.
void add_train(CLI::App& app, int& status);
void add_others(CLI::App& app, int& status);

// --backend and --threads.
std::array<CLI::Option*, 2> add_backend_flags(CLI::App* command, BackendFlags& flags);

}  // namespace heed::translate
