// Variables: named values on a device that outlive runs. Training, evaluation and decoding graphs meet here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <heed/backends/backend.h>
#include <heed/graph/array.h>
#include <heed/graph/initializer.h>
#include <heed/graph/sources.h>

namespace heed {

// A store of variables by full name. A variable is made when the first executable that reads it is
// compiled; its initial value is a function of the store's seed and its name alone.
class Variables {
 public:
  explicit Variables(std::shared_ptr<Backend> backend, std::uint64_t seed = 0);

  Backend& backend() const { return *backend_; }
  const std::shared_ptr<Backend>& shared_backend() const { return backend_; }
  std::uint64_t seed() const { return seed_; }

  // A further backend, which takes what Graph::on() places on it and what the others have no kernel for.
  // Variables stay where they are. Executables that were compiled before do not know it.
  void also_on(std::shared_ptr<Backend> backend) { others_.push_back(std::move(backend)); }
  // All backends, the variables' own first.
  std::vector<std::shared_ptr<Backend>> backends() const;

  // How many runs have drawn random bits: the counter of the next one. Part of what a checkpoint keeps.
  std::uint64_t run_counter() const { return run_counter_; }
  void set_run_counter(std::uint64_t counter) { run_counter_ = counter; }

  // The device memory of a variable, made on first use. Throws Error with both source lines when type or
  // initializer differ from those it was made with.
  Memory& require(const VariableRead& read, Where where);

  std::vector<std::string> names() const;  // in byte order
  bool contains(const std::string& name) const { return entries_.contains(name); }
  const TensorType& type(const std::string& name) const;
  Array get(const std::string& name) const;
  // Sets a variable's value, making it if need be. Throws Error when it exists with another type.
  void set(const std::string& name, const Array& values);

 private:
  struct Entry {
    TensorType type;
    Initializer initializer;
    bool loaded = false;  // made by set(): any initializer will do
    Where where;
    std::unique_ptr<Memory> memory;
  };
  const Entry& entry(const std::string& name) const;

  std::shared_ptr<Backend> backend_;
  std::vector<std::shared_ptr<Backend>> others_;
  std::uint64_t seed_;
  std::uint64_t run_counter_ = 0;
  std::map<std::string, Entry> entries_;
};

}  // namespace heed
