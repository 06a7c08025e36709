import process from 'node:process';

// Loaded before the server by `start`: the shells of Windows and of others set variables in different ways.
process.env.NODE_ENV = 'production';
