// The checks of a backend, one file each. An empty text says that nothing was wrong.
#pragma once

#include "conformance.h"

namespace heed::test {

void check_ops(const std::shared_ptr<Backend>& backend, std::map<std::string, OpVerdict>& verdicts);

// Products of operands of this type against the reference, and whether the backend has any.
bool has_products(const Backend& backend, DType dtype);
std::string check_products(const std::shared_ptr<Backend>& backend, DType dtype);

// The same bits with and without optimisation.
std::string check_random_graphs(const std::shared_ptr<Backend>& backend, std::uint32_t count);

// Nothing is written but results, working memory, and variables that are updated.
std::string check_memory(const std::shared_ptr<Backend>& backend, std::uint32_t count);

// `model` is "transformer", "bahdanau" or "luong".
std::string check_training(const std::shared_ptr<Backend>& backend, const std::string& model, int steps);

}  // namespace heed::test
