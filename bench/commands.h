// The measurements that heed-bench makes.
#pragma once

#include <CLI/CLI.hpp>

namespace heed::bench {

void add_compile(CLI::App& app);
void add_decode(CLI::App& app);
void add_ops(CLI::App& app);
void add_train(CLI::App& app);

}  // namespace heed::bench
