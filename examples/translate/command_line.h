// How heed-translate's command line is written. Only what includes this knows CLI11, which takes long to
// compile.
#pragma once

#include <array>

#include "commands.h"
#include <CLI/CLI.hpp>

namespace heed::translate {

// The command train and its flags; its work runs while they are parsed, and leaves its exit status.
void add_train(CLI::App& app, int& status);

// --backend and --threads.
std::array<CLI::Option*, 3> add_backend_flags(CLI::App* command, BackendFlags& flags);

}  // namespace heed::translate
