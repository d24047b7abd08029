-- Run by nvim.test.mjs: two servers on one buffer, ours and clangd, and what a person would see of both.
-- Environment: SERVER (our command line as JSON), PLACES (JSON: where to edit and to ask), RESULT (file for what was seen).
local places = vim.json.decode(os.getenv('PLACES'))
local result = { errors = {}, answers = {}, diagnostics = {} }

-- What a C programmer asks an editor for at a place of the code.
local methods = {
  'textDocument/definition', 'textDocument/declaration', 'textDocument/references', 'textDocument/implementation', 'textDocument/documentHighlight',
  'textDocument/completion', 'textDocument/signatureHelp', 'textDocument/documentSymbol', 'textDocument/foldingRange', 'textDocument/prepareRename', 'textDocument/hover',
}

local function run()
  vim.opt.swapfile = false
  local buffer = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buffer, places.recheck - 1, places.recheck, true, { places.without })
  local published = {}
  local function start(name, command)
    local id = assert(vim.lsp.start_client({
      name = name, cmd = command, root_dir = vim.fn.getcwd(), get_language_id = function() return 'c' end,
      on_error = function(code, problem) table.insert(result.errors, name .. ' ' .. tostring(code) .. ': ' .. vim.inspect(problem)) end,
      handlers = {
        ['textDocument/publishDiagnostics'] = function(...)
          published[name] = true
          vim.lsp.diagnostic.on_publish_diagnostics(...)
        end,
      },
    }))
    vim.lsp.buf_attach_client(buffer, id)
    return id
  end
  local ids = { ['mm-review'] = start('mm-review', vim.json.decode(os.getenv('SERVER'))), clangd = start('clangd', { 'clangd', '--background-index=false' }) }
  assert(vim.wait(60000, function() return published['mm-review'] and published.clangd end, 5), 'not both have published: ' .. vim.inspect(published))
  assert(vim.wait(30000, function()
    for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do if diagnostic.source == 'mm-review' then return true end end
    return false
  end, 5), 'no diagnostic of ours')

  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
    table.insert(result.diagnostics, { line = diagnostic.lnum + 1, message = diagnostic.message, source = diagnostic.source or '?' })
  end
  local position = { textDocument = { uri = vim.uri_from_bufnr(buffer) }, position = { line = places.compare - 1, character = places.compareColumn - 1 }, context = { includeDeclaration = true } }
  for _, method in ipairs(methods) do
    result.answers[method] = {}
    for name, id in pairs(ids) do
      local client = vim.lsp.get_client_by_id(id)
      local answer = client.request_sync(method, position, 20000, buffer)
      local value = answer and answer.result
      local isEmpty = value == nil or value == vim.NIL or (type(value) == 'table' and (next(value) == nil or (value.items ~= nil and next(value.items) == nil)))
      if not isEmpty then result.answers[method][name] = vim.json.encode(value) end
    end
  end
  for _, id in pairs(ids) do vim.lsp.get_client_by_id(id).stop() end
end

local ok, problem = pcall(run)
if not ok then table.insert(result.errors, tostring(problem)) end
vim.fn.writefile({ vim.json.encode(result) }, os.getenv('RESULT'))
vim.cmd('qa!')
